// Constraint mutation of the slots of requests that read the state: no constraint can be dropped unnoticed.
import type { CircuitInput } from "@catalyze/circuits/build";
import type { SealedBlock } from "@catalyze/circuits/reference";
import { FIELD_MODULUS } from "@catalyze/circuits/schema";
import { expect, it } from "vitest";
import { invertModulo } from "../../tools/mutation-jacobian.js";
import { inputOf } from "../block/request-attacks.js";
import {
  exitOrder,
  forcedSettlement,
  REQUEST_SIZE,
  refusedSettlements,
  requestBlock,
  startedRequests,
} from "../block/request-scenario.js";
import { emptyScenario, registerAll, runBlock, STATEMENT_DOMAIN } from "../block/scenario.js";
import { slotInput } from "../inputs.js";
import { mutateComponent } from "./campaign.js";
import { type Component, gadgetComponents } from "./components.js";

type Template = Awaited<ReturnType<typeof mutateComponent>>["template"];
type Inputs = readonly CircuitInput[];

/** The gadgets inside, mutated by themselves: bits, and the remainders below 10,000 of a share, which stand in divisions too. */
async function gadgets(): Promise<Template[]> {
  const templates: Template[] = [];
  for (const gadget of gadgetComponents()) {
    if (!/mutant-(bits|share)$/.test(gadget.instance.name)) continue;
    const { template } = await mutateComponent(gadget);
    templates.push(
      gadget.instance.name === "mutant-share"
        ? { ...template, places: /(Share|ShareOfDivision|payment\.total)$/ }
        : template,
    );
  }
  return templates;
}

/** Flags of a request with the numbers of their kinds. */
const KINDS = [
  "isRegister",
  "isDeposit",
  "isSeed",
  "isExitAccount",
  "isExitSeed",
  "isUpdateTerms",
  "isExitOrder",
  "isForcedSettle",
];

/** Two flags of which one is no boolean and makes up for the other in the route. */
const falseFlags = (idle: CircuitInput): CircuitInput[] =>
  KINDS.map((name, i) => {
    const other = i === 0 ? 1 : 0;
    const value = -BigInt(other + 1) * invertModulo(BigInt(i + 1), FIELD_MODULUS);
    return {
      ...idle,
      [KINDS[other]!]: 1n,
      [name]: ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS,
    };
  });

const component = (
  name: string,
  include: string,
  template: string,
  inputs: Inputs,
  tampered: Inputs,
): Component => ({
  instance: {
    name: `mutant-${name}`,
    source: `pragma circom 2.2.0;\n\ninclude "${include}";\n\ncomponent main = ${template};\n`,
  },
  inputs,
  tampered,
  pairs: false,
  places: /^$/,
});

const requestInputs = (block: SealedBlock): CircuitInput[] =>
  block.requests.map((_, slot) => ({
    ...slotInput(inputOf(block), "request", slot),
    slotTime: BigInt(slot + 1),
  }));

const forcedInputs = (block: SealedBlock): CircuitInput[] =>
  Array.from({ length: REQUEST_SIZE.forcedOrders }, (_, slot) => ({
    ...slotInput(inputOf(block), "forced", slot),
    root: block.oldRoot,
    statementDomain: STATEMENT_DOMAIN,
  }));

it("notices every dropped constraint of a request's slot", { timeout: 600_000 }, async () => {
  const registered = runBlock(emptyScenario(REQUEST_SIZE), (draft) => registerAll(draft, 1_000_000n));
  const empty = runBlock(emptyScenario(REQUEST_SIZE), () => undefined);
  const idle = { ...slotInput(inputOf(empty), "request", 0), slotTime: 1n };
  const inputs = [...requestInputs(registered).slice(4), ...requestInputs(requestBlock().block), idle];
  const { result } = await mutateComponent(
    component("request", "block/request.circom", "Request()", inputs, falseFlags(idle)),
  );
  expect([...result.unexplained]).toEqual([]);
});

it("notices every dropped constraint of a forced order's slot", { timeout: 600_000 }, async () => {
  const { scenario, orderIndex } = startedRequests();
  const { request, statement } = forcedSettlement(scenario, orderIndex, 1);
  const [, other] = refusedSettlements(scenario, orderIndex)[0]!;
  const inputs = [
    ...forcedInputs(
      runBlock(scenario, (draft) => {
        draft.addRequest(other.request, other.statement);
        draft.addRequest({ ...request, index: orderIndex + 1 }, statement);
      }),
    ),
    ...forcedInputs(
      runBlock(scenario, (draft) => {
        draft.addRequest(request, statement);
        draft.addRequest(exitOrder(orderIndex));
      }),
    ),
    ...forcedInputs(requestBlock().block),
  ];
  const absent = forcedInputs(
    runBlock(scenario, (draft) => {
      draft.addRequest(exitOrder(orderIndex + 1));
    }),
  );
  const tampered = [
    { ...absent[0]!, isExit: 2n },
    // An order in an unused slot, over the path of an empty tree.
    { ...inputs.at(-1)!, isExit: 0n, root: emptyScenario(REQUEST_SIZE).state.tree.root },
  ];
  const template = `ForcedOrder(${REQUEST_SIZE.depth})`;
  const slot = component("forced-order", "block/forced-order.circom", template, inputs, tampered);
  const { result } = await mutateComponent(slot, await gadgets());
  expect([...result.unexplained]).toEqual([]);
});
