// Edits of circuit inputs: numbers changed by path, slots moved and copied. Owns nothing of what the numbers mean; a slot's
// signals share a prefix, as in `operationNonce` and `operationAmount`. Pure.
import type { CircuitInput } from "@catalyze/circuits/build";

/** Where a number stands in an input. */
export type Path = readonly (string | number)[];

/** Paths of all numbers in an input. */
export function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object") return [path];
  return Object.entries(value as object).flatMap(([key, item]) => leaves(item, [...path, key]));
}

/** A copy of the input with numbers changed. @throws Error when a path leads to no number */
export function changed(
  input: CircuitInput,
  changes: readonly (readonly [Path, (value: bigint) => bigint])[],
): CircuitInput {
  const copy = structuredClone(input) as Record<string, unknown>;
  for (const [path, by] of changes) {
    let target: Record<string, unknown> | undefined = copy;
    for (const key of path.slice(0, -1)) target = target?.[key] as Record<string, unknown> | undefined;
    const last = path.at(-1)!;
    if (typeof target?.[last] !== "bigint") throw new Error(`The input has no number ${path.join(".")}.`);
    target[last] = by(target[last]);
  }
  return copy as CircuitInput;
}

/** One change of an input, as in `["cellAmount.3", (amount) => amount + 1n]`. */
export type Edit = readonly [path: string, value: bigint | ((value: bigint) => bigint)];

/** A copy of an input with numbers replaced or changed. */
export const edit = (input: CircuitInput, ...edits: readonly Edit[]): CircuitInput =>
  changed(
    input,
    edits.map(([path, value]) => [path.split("."), typeof value === "bigint" ? () => value : value] as const),
  );

/** All slots of one signal. */
export const column = (input: CircuitInput, name: string): readonly bigint[] =>
  input[name] as readonly bigint[];

/** Whether a signal belongs to the slots of a kind. */
const belongs = (name: string, prefix: string, value: unknown): value is readonly bigint[] =>
  new RegExp(`^${prefix}[A-Z]`).test(name) && Array.isArray(value);

/** Inputs of one slot: `requestIndex[3]` becomes `index`. */
export function slotInput(
  input: CircuitInput,
  prefix: string,
  slot: number,
): Record<string, CircuitInput[string]> {
  const result: Record<string, CircuitInput[string]> = {};
  for (const [name, value] of Object.entries(input)) {
    if (!belongs(name, prefix, value)) continue;
    const rest = name.slice(prefix.length);
    result[rest.charAt(0).toLowerCase() + rest.slice(1)] = value[slot]!;
  }
  return result;
}

/** Moves the slots of one kind: slot `order[i]` of the input comes to place i. */
export function moveSlots(input: CircuitInput, prefix: string, order: readonly number[]): CircuitInput {
  const result: Record<string, CircuitInput[string]> = { ...input };
  for (const [name, value] of Object.entries(input)) {
    if (belongs(name, prefix, value)) result[name] = order.map((slot) => value[slot]!);
  }
  return result;
}

/** A copy of the input in which one slot of a kind is that of another input. */
export function copySlot(
  input: CircuitInput,
  prefix: string,
  slot: number,
  from: CircuitInput,
  fromSlot: number,
): CircuitInput {
  const result: Record<string, CircuitInput[string]> = { ...input };
  for (const [name, value] of Object.entries(from)) {
    if (belongs(name, prefix, value)) {
      result[name] = column(input, name).map((old, i) => (i === slot ? value[fromSlot]! : old));
    }
  }
  return result;
}
