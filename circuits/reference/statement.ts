// Statements of proven work and how a settlement pays for one (docs/protocol.md §1, §5; DESIGN §6). Pure.
import {
  assertBits,
  BASIS_POINTS,
  DOMAIN_PUBLIC_DATA,
  encodeVector,
  expandVector,
  statementLayout,
  statementRange,
  type VectorContent,
} from "../schema/index.js";
import { TransitionError } from "./errors.js";
import { sponge } from "./hash.js";
import type { Settlement } from "./operations.js";
import { getAccount, getOrder, type Order, type State } from "./state.js";

/** Program P with these parameters, on jobs [from, from + count) of these inputs, gives these results, by this provider at this price. */
export interface Statement {
  /** Statement domain of the deployment, 248 bits. */
  readonly domain: bigint;
  readonly parametersCommitment: bigint;
  readonly inputsRoot: bigint;
  readonly resultsRoot: bigint;
  /** L1 address, 160 bits. */
  readonly provider: bigint;
  readonly from: bigint;
  readonly count: bigint;
  /** Units per job, 64 bits. */
  readonly price: bigint;
}

/** Width of a price per job. */
const PRICE_BITS = 64;

/** Words of a statement by segment. @throws {SchemaError} when a field is out of range. */
export function statementContent(statement: Statement): VectorContent {
  const range = statementRange.encode({
    count: statement.count,
    from: statement.from,
    provider: statement.provider,
  });
  return [
    [statement.parametersCommitment, statement.inputsRoot, statement.resultsRoot],
    [statement.domain, range, assertBits("statement.price", statement.price, PRICE_BITS)],
  ];
}

/** The six words of a statement. */
export const statementWords = (statement: Statement): bigint[] =>
  expandVector(statementLayout, statementContent(statement));

/** The 189 bytes of a statement in calldata. */
export const statementBytes = (statement: Statement): Uint8Array =>
  encodeVector(statementLayout, statementContent(statement));

/** Public signal C of a statement: with the program id it names the fact. */
export const statementCommitment = (statement: Statement): bigint =>
  sponge(DOMAIN_PUBLIC_DATA, statementWords(statement));

/** Jobs of chunk `chunk` of an order. @throws {TransitionError} `CHUNK_OUT_OF_RANGE`. */
export function chunkRange(order: Order, chunk: number): { from: bigint; count: bigint } {
  const from = BigInt(chunk) * order.chunkSize;
  if (chunk < 0 || from >= order.jobCount) {
    throw new TransitionError(
      "CHUNK_OUT_OF_RANGE",
      `Chunk ${chunk} is outside the order's ${order.jobCount} jobs`,
    );
  }
  const left = order.jobCount - from;
  return { from, count: left < order.chunkSize ? left : order.chunkSize };
}

/** The statement that a settlement needs: what the provider has to prove. */
export function settlementStatement(state: State, settlement: Settlement, domain: bigint): Statement {
  const { order } = getOrder(state, settlement.orderIndex);
  return {
    domain,
    parametersCommitment: order.parametersCommitment,
    inputsRoot: order.inputsRoot,
    resultsRoot: settlement.resultsRoot,
    provider: getAccount(state, settlement.provider).owner,
    ...chunkRange(order, settlement.chunk),
    price: settlement.price,
  };
}

/** Who gets what of one settlement, in units. The parts and the refund add up to what leaves the escrow. */
export interface Split {
  readonly provider: bigint;
  readonly middleware: bigint;
  readonly royalty: bigint;
  readonly burn: bigint;
  readonly pool: bigint;
  readonly fee: bigint;
  /** Sum of the above. */
  readonly debit: bigint;
}

/** Split of a settlement of `count` jobs at `price` (docs/protocol.md §5). */
export function splitPayment(order: Order, count: bigint, price: bigint): Split {
  const total = price * count;
  const share = (basisPoints: bigint): bigint => (total * basisPoints) / BASIS_POINTS;
  const royalty = share(order.terms.royalty);
  const middlewareShare = share(order.terms.middleware);
  const burn = share(order.terms.burn);
  const pool = share(order.terms.pool);
  const bonus = ((order.priceLimit - price) * count * order.savingsShare) / BASIS_POINTS;
  return {
    provider: total - royalty - middlewareShare - burn - pool,
    middleware: middlewareShare + bonus,
    royalty,
    burn,
    pool,
    fee: order.settlementFee,
    debit: total + bonus + order.settlementFee,
  };
}
