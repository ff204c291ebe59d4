// Proofs of exits. Owns which circuit and proving key prove what; compiles and loads each when it is first needed.

import { CIRCUITS as SHIPPED } from "@catalyze/circuits/build";
import type { ExitProof } from "@catalyze/circuits/reference";
import { challenge, SMALL_BLOCK } from "@catalyze/circuits/schema";
import { exitsAbi, LOCAL_CHAIN_IDS, rollupAbi } from "@catalyze/contracts";
import {
  encodeProofForContract,
  generateWitness,
  prove,
  readVerificationKey,
  selectBackend,
} from "@catalyze/prover";
import type { Address } from "viem";
import {
  type CircuitWithKey,
  compileCircuits,
  EXIT_CIRCUIT,
  EXIT_SETTLEMENT_CIRCUIT,
  ensureKey,
  programIdOfVerificationKey,
} from "../devnet/circuits.js";
import { EscapeError } from "./errors.js";
import type { EscapeContext } from "./l1.js";

/** The two circuits: the exit of one cell, and the payment of a recorded statement. */
export type ExitCircuit = "cell" | "settlement";

/** Paths of the deployment's `.zkey` files; on local chains the development keys are made instead. */
export type ProvingKeys = Readonly<Record<ExitCircuit, string | undefined>>;

/** Proves exits for the deployment's exits contract. */
export interface ExitProver {
  /**
   * A proof as calldata.
   * @throws {EscapeError} `ESCAPE_PROVING_KEY_MISSING`, `ESCAPE_KEY_MISMATCH`
   */
  prove(circuit: ExitCircuit, exit: ExitProof): Promise<ReturnType<typeof encodeProofForContract>>;
}

const CIRCUITS = {
  cell: { name: EXIT_CIRCUIT, option: "--proving-key", programId: "cellProgramId" },
  settlement: {
    name: EXIT_SETTLEMENT_CIRCUIT,
    option: "--statement-proving-key",
    programId: "settlementProgramId",
  },
} as const;

/** Name of the circuit for a tree of this depth. @throws {EscapeError} `ESCAPE_CIRCUIT_MISSING` */
function circuitName(kind: ExitCircuit, depth: number): string {
  const { name } = CIRCUITS[kind];
  const sized = depth === SMALL_BLOCK.depth ? name : `${name}-${depth}`;
  if (sized in SHIPPED) return sized;
  throw new EscapeError(
    "ESCAPE_CIRCUIT_MISSING",
    `The rollup's tree has depth ${depth}, and no exit circuit of this depth ships with this version; take the version that ` +
      "the deployment names.",
  );
}

async function prepare(
  kind: ExitCircuit,
  depth: number,
  chainId: number,
  path: string | undefined,
): Promise<CircuitWithKey> {
  const { option } = CIRCUITS[kind];
  const name = circuitName(kind, depth);
  if (path === undefined && !LOCAL_CHAIN_IDS.includes(chainId)) {
    throw new EscapeError(
      "ESCAPE_PROVING_KEY_MISSING",
      `Chain ${chainId} is not local; name the deployment's proving key of the circuit ${name} with ${option}.`,
    );
  }
  const [circuit] = await compileCircuits([name]);
  if (path === undefined) return ensureKey(circuit!);
  return {
    circuit: circuit!,
    provingKeyPath: path,
    verificationKey: await readVerificationKey(path),
  };
}

/** A prover of exits for the contract at `exits`. */
export function createExitProver(
  { client, rollup }: EscapeContext,
  exits: Address,
  keys: ProvingKeys,
): ExitProver {
  const load = async (kind: ExitCircuit) => {
    const contract = { address: exits, abi: exitsAbi } as const;
    const [binder, depth, expected, chainId] = await Promise.all([
      client.readContract({ address: rollup, abi: rollupAbi, functionName: "programs" }),
      client.readContract({ address: rollup, abi: rollupAbi, functionName: "depth" }),
      client.readContract({ ...contract, functionName: CIRCUITS[kind].programId }),
      client.getChainId(),
    ]);
    const circuit = await prepare(kind, depth, chainId, keys[kind]);
    const programId = programIdOfVerificationKey(circuit.verificationKey);
    if (programId !== expected) {
      throw new EscapeError(
        "ESCAPE_KEY_MISMATCH",
        `The proving key is of program ${programId}, the contract takes ${expected}; name the deployment's key of the ` +
          `circuit ${circuit.circuit.name} with ${CIRCUITS[kind].option}.`,
      );
    }
    return { circuit, context: { chainId: BigInt(chainId), binder: BigInt(binder), programId } };
  };
  const loaded = new Map<ExitCircuit, ReturnType<typeof load>>();
  return {
    async prove(kind, exit) {
      const loading = loaded.get(kind) ?? load(kind);
      loaded.set(kind, loading);
      const { circuit, context } = await loading;
      const z = challenge(context, exit.commitment, exit.bytes);
      const witness = await generateWitness({
        programPath: circuit.circuit.wasmPath,
        input: { ...exit.circuitInput, z },
      });
      const { proof } = await prove(selectBackend(), { provingKeyPath: circuit.provingKeyPath, witness });
      return encodeProofForContract(proof);
    },
  };
}
