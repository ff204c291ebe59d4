// Requests that read the state: every input of a used slot changed alone has no witness with the same public words.
import type { CircuitInput } from "@catalyze/circuits/build";
import type { SealedBlock } from "@catalyze/circuits/reference";
import { beforeAll, describe, expect, it } from "vitest";
import { inputOf, loadRefusals, type Refusals } from "./request-attacks.js";
import { exitOrder, forcedSettlement, requestBlock, startedRequests } from "./request-scenario.js";
import { runBlock } from "./scenario.js";

type Path = readonly (string | number)[];

/** Paths of all numbers in an input. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value === "bigint") return [path];
  return Object.entries(value as object).flatMap(([key, item]) => leaves(item, [...path, key]));
}

/** A copy of the input in which one number is one more. */
function raised(input: CircuitInput, path: Path): CircuitInput {
  const copy = structuredClone(input) as Record<string, unknown>;
  let target = copy;
  for (const key of path.slice(0, -1)) target = target[key] as Record<string, unknown>;
  const last = path.at(-1)!;
  target[last] = (target[last] as bigint) + 1n;
  return copy as CircuitInput;
}

let refusals: Refusals;

beforeAll(async () => {
  refusals = await loadRefusals();
});

/** Inputs of a slot that the kind of its request does not read. */
function idle(input: CircuitInput, [name, slot]: Path): boolean {
  const set = (flag: string): boolean => (input[flag] as readonly bigint[])[Number(slot)] === 1n;
  const reads = ["ExitAccount", "ExitSeed", "UpdateTerms"].some((kind) => set(`requestIs${kind}`));
  switch (name) {
    case "requestCellStatic":
    case "requestHeldPayload":
    case "requestPreviousTime":
    case "requestAmount":
      return !reads;
    case "forcedClaims":
    case "forcedCount":
    case "forcedFrom":
    case "forcedPrice":
      return set("forcedIsExit");
    case "forcedChildren":
      return set("forcedPresent");
    case "forcedOrder":
    case "forcedEscrow":
    case "forcedBitmap":
    case "forcedRemaining":
    case "forcedPreviousTime":
      return !set("forcedPresent");
    default:
      return false;
  }
}

/** Public words are other ones: they are compared with the queue's, or with what the contract holds. */
const PUBLIC = /^request(Time|Subject|Payload|Head0|Head1|Index)$/;

function expectBound(block: SealedBlock, prefix: string): void {
  const input = inputOf(block);
  const paths = leaves(input).filter(([name]) => String(name).startsWith(prefix));
  for (const path of paths) {
    if (idle(input, path) || PUBLIC.test(String(path[0]))) continue;
    expect(refusals(raised(input, path)).length, path.join(".")).toBeGreaterThan(0);
  }
}

describe("slots of requests that read the state", () => {
  it("bind every input: exits and terms", () => {
    expectBound(requestBlock().block, "request");
  });

  it("bind every input: a forced settlement, and an exit of an order that is closed", {
    timeout: 300_000,
  }, () => {
    expectBound(requestBlock().block, "forced");
  });

  it("bind every input: an exit of an order, and a settlement of none", { timeout: 300_000 }, () => {
    const { scenario, orderIndex } = startedRequests();
    const { request, statement } = forcedSettlement(scenario, orderIndex, 1);
    const block = runBlock(scenario, (draft) => {
      draft.addRequest(exitOrder(orderIndex));
      draft.addRequest({ ...request, index: orderIndex + 1 }, statement);
    });
    expectBound(block, "forced");
  });
});
