// Shared helpers of the gadget tests: wraps a template into a main circuit and tries changed witnesses.
import {
  type CircuitInput,
  type CompiledCircuit,
  calculateWitness,
  checkConstraints,
  compileCircuit,
  loadSignalWires,
  readSignal,
  type SignalWires,
  unpinnedWires,
} from "@catalyze/circuits/build";

/** A compiled main circuit with its signal names. */
export interface Gadget {
  readonly compiled: CompiledCircuit;
  readonly wires: SignalWires;
}

/** Compiles `component main = <instance>` with the given includes. */
export async function compileGadget(
  name: string,
  includes: readonly string[],
  instance: string,
  templates = "",
): Promise<Gadget> {
  const lines = includes.map((path) => `include "${path}";`).join("\n");
  const compiled = await compileCircuit({
    name: `gadget-${name}`,
    source: `pragma circom 2.2.0;\n${lines}\n${templates}\ncomponent main = ${instance};\n`,
  });
  return { compiled, wires: await loadSignalWires(compiled) };
}

/** Calculates a witness and asserts that the independent checker accepts it. */
export async function witnessOf(gadget: Gadget, input: CircuitInput): Promise<bigint[]> {
  const witness = await calculateWitness(gadget.compiled, input);
  const check = checkConstraints(gadget.compiled, witness);
  if (!check.ok) throw new Error(`constraint ${check.constraint} does not hold`);
  return witness;
}

/** True when the witness program accepts the input. */
export async function accepts(gadget: Gadget, input: CircuitInput): Promise<boolean> {
  return witnessOf(gadget, input).then(
    () => true,
    () => false,
  );
}

/** Value of `main.<signal>`. */
export const signalOf = (gadget: Gadget, witness: readonly bigint[], signal: string): bigint =>
  readSignal(witness, gadget.wires, `main.${signal}`);

/** Names of the wires, but the main inputs, that can be changed alone without breaking a constraint. */
export function unpinnedSignals(gadget: Gadget, witness: readonly bigint[]): string[] {
  const { publicOutputs, publicInputs, privateInputs } = gadget.compiled.constraints;
  const firstInput = 1 + publicOutputs;
  const afterInputs = firstInput + publicInputs + privateInputs;
  const tried = Array.from({ length: witness.length - 1 }, (_, index) => index + 1).filter(
    (wire) => wire < firstInput || wire >= afterInputs,
  );
  const free = new Set(unpinnedWires(gadget.compiled, witness, tried));
  return [...gadget.wires].filter(([, wire]) => free.has(wire)).map(([signal]) => signal);
}

/** A copy of the witness with `main.<signal>` replaced, checked against the constraints. */
export function acceptsTampered(
  gadget: Gadget,
  witness: readonly bigint[],
  changes: Readonly<Record<string, bigint>>,
): boolean {
  const changed = [...witness];
  for (const [signal, value] of Object.entries(changes)) {
    const wire = gadget.wires.get(`main.${signal}`);
    if (wire === undefined || wire < 0) throw new Error(`no signal main.${signal}`);
    changed[wire] = value;
  }
  return checkConstraints(gadget.compiled, changed).ok;
}
