// The operator's word on a leased chunk: a provider works only for a lease that it could show to the challenge contract
// (docs/receipts.md §4). Owns the checks and where the operator's key comes from.
import { chunkRange, type Order, orderStatic } from "@catalyze/circuits/reference";
import { operationDomain, orderId } from "@catalyze/circuits/schema";
import { createPublicClient, type Hex, http, isAddressEqual, parseAbi, recoverTypedDataAddress } from "viem";
import { WorkerError } from "./errors.js";
import type { ChunkLease } from "./protocol.js";

/** Whose signature counts. */
export interface LeaseAuthority {
  readonly chainId: bigint;
  readonly rollup: Hex;
  /** Address of the rollup's operator. */
  readonly operator: Hex;
}

/** Where a provider takes the rollup and its operator from, so that it need not believe the sequencer. */
export interface WorkerDeployment {
  readonly rollup: Hex;
  /** The operator as the rollup has it on L1; see {@link readOperator}. */
  operator(): Hex | Promise<Hex>;
}

/** What a provider asks of a lease. */
export interface LeaseTerms {
  /** L1 address of its account's owner. */
  readonly provider: bigint;
  /** Least units per job. */
  readonly price: bigint;
  /** Program of the order, as the provider asked for. */
  readonly programId: bigint;
  /** The provider's clock, seconds since 1970. */
  readonly now: bigint;
}

/** EIP-712 type of a lease, as `LeaseChallenge` has it. */
const LEASE_TYPES = {
  Lease: [
    { name: "orderId", type: "uint64" },
    { name: "orderIndex", type: "uint32" },
    { name: "orderStatic", type: "uint256" },
    { name: "chunk", type: "uint32" },
    { name: "programId", type: "uint256" },
    { name: "parametersCommitment", type: "uint256" },
    { name: "inputsRoot", type: "uint256" },
    { name: "from", type: "uint32" },
    { name: "count", type: "uint32" },
    { name: "provider", type: "address" },
    { name: "price", type: "uint64" },
    { name: "since", type: "uint64" },
    { name: "until", type: "uint64" },
  ],
} as const;

/** How far the clocks of provider and sequencer may differ, in seconds. */
const CLOCK_SKEW_SECONDS = 60n;

/** Asks L1 for the operator of a rollup. */
export async function readOperator(l1RpcUrl: string, rollup: Hex): Promise<Hex> {
  const client = createPublicClient({ transport: http(l1RpcUrl) });
  const abi = parseAbi(["function operator() view returns (address)"]);
  return client.readContract({ address: rollup, abi, functionName: "operator" });
}

const refuse = (reason: string): never => {
  throw new WorkerError("WORKER_LEASE_INVALID", `The lease is refused: ${reason}`);
};

/** The sequencer must speak of the rollup that it says it is for. @throws {WorkerError} `WORKER_LEASE_INVALID` */
export function checkAuthority(authority: LeaseAuthority, domain: bigint): void {
  const { chainId, rollup } = authority;
  if (operationDomain(chainId, BigInt(rollup)) === domain) return;
  refuse(`the sequencer's operation domain is not that of rollup ${rollup} on chain ${chainId}`);
}

const addressOf = (value: bigint): Hex => `0x${value.toString(16).padStart(40, "0")}`;

/** The fields besides the signature: they must say the work that is asked for, and pay it. */
function checkFields(lease: ChunkLease, { provider, price, programId, now }: LeaseTerms): void {
  const order: Order = lease.order;
  const { requester, nonce } = order;
  if (lease.orderId !== orderId.encode({ requester, nonce })) refuse("its order id is another order's");
  if (order.programId !== programId || lease.context.programId !== programId)
    refuse("it is for another program");
  let range: ReturnType<typeof chunkRange> | undefined;
  try {
    range = chunkRange(order, lease.chunk);
  } catch {
    // A chunk that the order does not have is refused below.
  }
  if (range?.from !== lease.from || range.count !== lease.count) {
    refuse(
      `chunk ${lease.chunk} of the order has other jobs than ${lease.from} … ${lease.from + lease.count}`,
    );
  }
  if (lease.provider !== provider) {
    refuse(`it names provider ${addressOf(lease.provider)} instead of ${addressOf(provider)}`);
  }
  if (lease.priceLimit !== order.priceLimit) refuse("its price is not the order's limit");
  if (lease.priceLimit < price)
    refuse(`it pays at most ${lease.priceLimit} units per job, ${price} are asked`);
  if (lease.until <= now) refuse(`it ended at ${lease.until}; it is ${now}`);
  if (lease.since > now + CLOCK_SKEW_SECONDS) refuse(`it begins at ${lease.since}; it is ${now}`);
}

/**
 * Checks that the operator has leased this chunk to this provider: every signed field, the price, the time, the signature.
 * @throws {WorkerError} `WORKER_LEASE_INVALID` saying what is wrong
 */
export async function checkLease(
  lease: ChunkLease,
  authority: LeaseAuthority,
  terms: LeaseTerms,
): Promise<void> {
  checkFields(lease, terms);
  const { order } = lease;
  const signer = await recoverTypedDataAddress({
    domain: {
      name: "Catalyze",
      version: "1",
      chainId: Number(authority.chainId),
      verifyingContract: authority.rollup,
    },
    types: LEASE_TYPES,
    primaryType: "Lease",
    message: {
      orderId: lease.orderId,
      orderIndex: lease.orderIndex,
      orderStatic: orderStatic(order),
      chunk: lease.chunk,
      programId: order.programId,
      parametersCommitment: order.parametersCommitment,
      inputsRoot: order.inputsRoot,
      from: Number(lease.from),
      count: Number(lease.count),
      provider: addressOf(lease.provider),
      price: lease.priceLimit,
      since: lease.since,
      until: lease.until,
    },
    signature: lease.signature,
  }).catch((): undefined => undefined);
  if (signer === undefined || !isAddressEqual(signer, authority.operator)) {
    refuse(`it is signed by ${signer ?? "nobody"}, not by the rollup's operator ${authority.operator}`);
  }
}
