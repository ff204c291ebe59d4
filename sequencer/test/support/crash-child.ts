// A sequencer's core without L1 in a process of its own, to be killed: accepts transfers and seals blocks as fast as it
// can, and says on stdout what it has acknowledged. `node crash-child.js <directory or connection string>`.
import { toJson } from "@catalyze/circuits/reference";
import { sealNextBlock } from "../../src/block/sealing.js";
import { submitOperation } from "../../src/core/accept.js";
import { transfer } from "./keys.js";
import { enqueue, firstRequests, openWorld, requester } from "./world.js";

const say = (what: object): void => void process.stdout.write(`${toJson(what)}\n`);

async function main(): Promise<void> {
  const context = await openWorld(process.argv[2]);
  if (context.ledger.head.number === 0n) {
    await enqueue(context, 0n, firstRequests());
    await sealNextBlock(context);
  }
  say({ ready: context.ledger.head.number });
  for (;;) {
    const { nonce } = context.ledger.mempool.pendingView(2, requester.cell(0n, nonceOf()));
    const operation = transfer(2, nonce, 3, 1n, { priorityFee: nonce % 3n });
    const receipt = await submitOperation(context, {
      operation,
      signature: requester.sign(operation).signature,
    });
    say({ accepted: receipt });
    if (nonce % 3n === 2n) {
      const block = await sealNextBlock(context);
      if (block !== undefined) say({ sealed: block.header.number, root: block.newRoot });
    }
  }

  function nonceOf(): bigint {
    const cell = context.ledger.state.cells.get(2);
    return cell?.kind === "account" ? cell.nonce : 0n;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
