// The block circuit rejects: every input of a used slot changed alone, and data swapped after the challenge.
import {
  type CircuitInput,
  type CompiledCircuit,
  calculateWitness,
  compileCircuit,
  generateSchemaSources,
  loadSignalWires,
  readSignal,
} from "@catalyze/circuits/build";
import { blockCircuitInput, cellDynamicWord } from "@catalyze/circuits/reference";
import { FIELD_MODULUS } from "@catalyze/circuits/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { invertModulo } from "../../tools/mutation-jacobian.js";
import { changed, leaves, type Path } from "../inputs.js";
import { compileVariant, FORCED_CHALLENGES } from "./attack.js";
import { busyBlock, TINY, tinyCircuit } from "./blocks.js";
import { ALICE, BOB, common, emptyScenario, registerAll, runBlock, sign, zOf } from "./scenario.js";

/** A copy of the input in which one number is changed. */
const change = (input: CircuitInput, path: Path, by: (value: bigint) => bigint): CircuitInput =>
  changed(input, [[path, by]]);

/** C of the witness for an input, or undefined when there is none. */
async function commitmentOf(circuit: CompiledCircuit, input: CircuitInput): Promise<bigint | undefined> {
  try {
    return (await calculateWitness(circuit, input))[1];
  } catch {
    return undefined;
  }
}

let circuit: CompiledCircuit;

beforeAll(async () => {
  generateSchemaSources();
  circuit = await compileCircuit(tinyCircuit());
});

describe("block circuit, one input changed", () => {
  let input: CircuitInput;
  let commitment: bigint;

  beforeAll(async () => {
    const block = busyBlock(emptyScenario(TINY));
    input = { ...blockCircuitInput(block), z: zOf(block) };
    commitment = (await commitmentOf(circuit, input))!;
    expect(commitment).toBe(block.commitment);
  });

  /** Inputs whose change is another true statement: the words change, and the contract compares them. */
  const STATEMENTS = new Set(["operationDomain", "statementDomain", "number", "blockTime", "firstRequest"]);
  const used = (path: Path): boolean => {
    const [name, slot] = path as [string, string];
    // A deposit reads no cell: what the slot says of one has no effect.
    if (/^request(CellStatic|HeldPayload|PreviousTime)$/.test(name)) return false;
    if (name.startsWith("request")) return Number(slot) < 1;
    if (name.startsWith("settlement")) return Number(slot) < 1;
    if (name.startsWith("opening")) return Number(slot) < 2;
    // A created cell has no old leaf: the value is not read.
    if (name === "cellOldDynamic") return (input.cellCreated as bigint[])[Number(slot)] === 0n;
    return true;
  };
  const pathsOf = (prefix: string): Path[] =>
    leaves(input).filter((path) => String(path[0]).startsWith(prefix) && used(path));

  it.each(["operation", "order", "opening", "withdrawal"])(
    "has no witness for any changed field of its %s slots",
    async (prefix) => {
      for (const path of pathsOf(prefix)) {
        if (path[0] === "operationDomain") continue;
        const found = await commitmentOf(
          circuit,
          change(input, path, (value) => (value + 1n) % FIELD_MODULUS),
        );
        // The S of a signature is a hint: S + 1 can't be one for the same R.
        expect(found, path.join(".")).toBeUndefined();
      }
    },
  );

  it("has no witness with the same public words for any changed field of a settlement, request or cell", {
    timeout: 300_000,
  }, async () => {
    for (const prefix of ["settlement", "request", "cell"]) {
      for (const path of pathsOf(prefix)) {
        const found = await commitmentOf(
          circuit,
          change(input, path, (value) => (value + 1n) % FIELD_MODULUS),
        );
        expect(found, path.join(".")).not.toBe(commitment);
      }
    }
  });

  it("binds the header: another domain, number, time, fee account or first request is another commitment", async () => {
    for (const name of [
      "operationDomain",
      "statementDomain",
      "oldRoot",
      "number",
      "blockTime",
      "feeAccount",
      "firstRequest",
    ]) {
      const found = await commitmentOf(
        circuit,
        change(input, [name], (value) => value + 1n),
      );
      expect(found, name).not.toBe(commitment);
      if (!STATEMENTS.has(name)) expect(found, name).toBeUndefined();
    }
  });

  it("gives another evaluation at another z, and the same commitment", async () => {
    const one = await calculateWitness(circuit, input);
    const two = await calculateWitness(circuit, { ...input, z: (input.z as bigint) + 1n });
    expect(two[1]).toBe(one[1]);
    expect(two[2]).not.toBe(one[2]);
  });
});

describe("block circuit, data swapped after the challenge", () => {
  it("mints money when the challenge binds nothing, and is rejected by the real circuit", async () => {
    const scenario = emptyScenario(TINY);
    const { state } = scenario;
    runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
    const block = runBlock(scenario, (draft) => {
      draft.addOperation(
        sign(state, { kind: "transfer", ...common(BOB, 0n), receiver: ALICE, amount: 60n }),
        1n,
      );
    });
    const input: CircuitInput = { ...blockCircuitInput(block), z: zOf(block) };
    const witness = await calculateWitness(circuit, input);
    const wires = await loadSignalWires(circuit);
    const signal = (name: string): bigint => readSignal(witness, wires, name);
    const gamma = signal("main.gamma");
    const beta = signal("main.powers[0]");
    const unbound = await compileVariant("tiny-unbound", tinyCircuit().source, FORCED_CHALLENGES);
    expect(await commitmentOf(unbound, { ...input, knownChallenges: [gamma, beta] })).toBe(block.commitment);

    // Bob claims to have read `mint` units more, and closes with them. The product of the reads is then off by one
    // factor, which a fake last access of the first cell makes up for, since gamma and beta are known by now.
    const mint = 5_000_000n;
    const bob = block.changes.findIndex(({ index }) => index === BOB);
    expect(bob).toBe(block.changes.length - 1);
    const weight = (dynamic: bigint, access: bigint): bigint => {
      const powers = [beta, beta ** 2n, beta ** 3n];
      return powers[1]! * dynamic + powers[2]! * access;
    };
    const fingerprint = (index: bigint, fixed: bigint, dynamic: bigint, access: bigint): bigint =>
      gamma - index - beta * fixed - weight(dynamic, access);
    const change0 = block.changes[0]!;
    const static0 = (input.cellStatic as bigint[])[0]!;
    const staticBob = (input.cellStatic as bigint[])[bob]!;
    const bobDynamic = (input.cellOldDynamic as bigint[])[bob]!;
    const initial = change0.lastAccess;
    const honest0 = fingerprint(BigInt(change0.index), static0, cellDynamicWord(change0.last), initial);
    const honestRead = fingerprint(BigInt(BOB), staticBob, bobDynamic, initial);
    const falseRead = fingerprint(BigInt(BOB), staticBob, bobDynamic + mint, initial);
    const needed = honest0 * honestRead * invertModulo(falseRead, FIELD_MODULUS);
    const access = (((honest0 - needed) * invertModulo(beta ** 3n, FIELD_MODULUS)) % FIELD_MODULUS) + initial;
    const normal = ((access % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;

    let forged = change(input, ["operationBalance", "0"], (value) => value + mint);
    forged = change(forged, ["cellAmount", String(bob)], (value) => value + mint);
    forged = change(forged, ["cellLastAccess", "0"], () => normal);
    expect(await commitmentOf(unbound, { ...forged, knownChallenges: [gamma, beta] })).toBeDefined();
    expect(await commitmentOf(circuit, forged)).toBeUndefined();
  });
});
