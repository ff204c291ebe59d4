// A small rollup to leave: accounts, a seed with a vault, an order with one of three chunks settled.
import { getOrder, type State, type Statement, settlementStatement } from "@catalyze/circuits/reference";
import { exitDomain, seedSubject } from "@catalyze/circuits/schema";
import { TINY } from "../block/blocks.js";
import {
  ALICE,
  common,
  emptyScenario,
  makeOrder,
  PROVIDER,
  registerAll,
  runBlock,
  type Scenario,
  STATEMENT_DOMAIN,
  sign,
} from "../block/scenario.js";

export const EXIT_DOMAIN = exitDomain(31337n, 0x1001n);
/** A challenge. */
export const Z = 0x1234567890abcdef1234567890abcdef1234567890abcdefn;

/** Index of a seed registered with a parent and with shares of every kind. */
const SECOND_SEED = 7;

/** Three chunks of 4, 4 and 2 jobs; the middle one is settled. The tree has depth 2, or the size's. */
export function openScenario(size = TINY): Scenario {
  const scenario = emptyScenario({ ...size, requests: 8, cells: 10 });
  const { state } = scenario;
  const terms = { royalty: 321n, middleware: 500n, burn: 77n, pool: 1234n, version: 3n };
  runBlock(scenario, (draft) => {
    registerAll(draft, 1_000_000n);
    draft.addRequest({
      ...{ kind: "registerSeed", index: SECOND_SEED, time: 5n, terms },
      ...{ parametersCommitment: 99n, programId: 1n << 240n },
      subject: seedSubject.encode({ parent: 1n, seedId: (1n << 63n) + 2n }),
    });
  });
  const posted = runBlock(scenario, (draft) => {
    const change = {
      ...{ seed: BigInt(SECOND_SEED), programId: 1n << 240n, parametersCommitment: 99n, terms },
      ...{ jobCount: 10n, chunkSize: 4n },
    };
    const order = makeOrder(state, ALICE, 0n, change);
    draft.addOperation(sign(state, { kind: "postOrder", ...common(ALICE, 0n), order }), 1n);
  });
  const orderIndex = posted.orders[0]!.index;
  runBlock(scenario, (draft) => {
    draft.addSettlement({ orderIndex, chunk: 1, provider: PROVIDER, resultsRoot: 5n, price: 901n });
  });
  return scenario;
}

/** The state of {@link openScenario}; the order is at {@link orderIndexOf}. */
export const openState = (size = TINY): State => openScenario(size).state;

/** Index of the only order. */
export const orderIndexOf = (state: State): number =>
  [...state.cells].find(([, cell]) => cell.kind === "order")![0];

/** Index of the seed that the order names. */
export const seedIndexOf = (state: State): number => Number(getOrder(state, orderIndexOf(state)).order.seed);

/** A statement about a chunk of the order by the scenario's provider. */
export const statementOf = (state: State, chunk: number, price = 777n): Statement => ({
  ...settlementStatement(
    state,
    { orderIndex: orderIndexOf(state), chunk, provider: PROVIDER, resultsRoot: 4242n, price },
    STATEMENT_DOMAIN,
  ),
});
