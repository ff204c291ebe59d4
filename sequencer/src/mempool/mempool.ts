// Operations that wait for a block: an index over them, pure and in memory. The store has the durable copy.
import type { AccountCell, SignedOperation } from "@catalyze/circuits/reference";

/** A pending operation. */
export interface PoolOperation {
  readonly message: bigint;
  /** Given at acceptance; never given twice. */
  readonly sequence: bigint;
  readonly signed: SignedOperation;
  /** Units that it takes from its signer. */
  readonly debit: bigint;
  /** Last block that its receipt allows; undefined where there is none. */
  readonly promisedBlock?: bigint | undefined;
}

/** What an account can still sign, given its cell and its pending operations. */
export interface PendingView {
  /** Lowest nonce that no pending operation has. */
  readonly nonce: bigint;
  /** Units left when every pending operation is applied; what it will receive is not counted. */
  readonly amount: bigint;
}

/** The pending operations. */
export class Mempool {
  readonly #messages = new Map<bigint, PoolOperation>();
  readonly #accounts = new Map<number, Map<bigint, PoolOperation>>();

  /** Number of pending operations. */
  get size(): number {
    return this.#messages.size;
  }

  /** Adds an operation; the caller has checked that its nonce is free. */
  add(operation: PoolOperation): void {
    const { signer, nonce } = operation.signed.operation;
    const account = this.#accounts.get(signer) ?? new Map<bigint, PoolOperation>();
    account.set(nonce, operation);
    this.#accounts.set(signer, account);
    this.#messages.set(operation.message, operation);
  }

  /** Removes an operation; harmless when it is not there. */
  remove(message: bigint): void {
    const operation = this.#messages.get(message);
    if (operation === undefined) return;
    this.#messages.delete(message);
    const { signer, nonce } = operation.signed.operation;
    const account = this.#accounts.get(signer);
    account?.delete(nonce);
    if (account?.size === 0) this.#accounts.delete(signer);
  }

  /** Operation by message. */
  get(message: bigint): PoolOperation | undefined {
    return this.#messages.get(message);
  }

  /** Pending operation of an account with this nonce. */
  at(signer: number, nonce: bigint): PoolOperation | undefined {
    return this.#accounts.get(signer)?.get(nonce);
  }

  /** Number of an account's pending operations. */
  countOf(signer: number): number {
    return this.#accounts.get(signer)?.size ?? 0;
  }

  /** Pending operations of an account, by rising nonce. */
  ofAccount(signer: number): PoolOperation[] {
    return [...(this.#accounts.get(signer)?.values() ?? [])].sort((a, b) =>
      a.signed.operation.nonce < b.signed.operation.nonce ? -1 : 1,
    );
  }

  /** Accounts with pending operations. */
  signers(): number[] {
    return [...this.#accounts.keys()];
  }

  /** Every pending operation, in no particular order. */
  all(): PoolOperation[] {
    return [...this.#messages.values()];
  }

  /** What the account at `index` can still sign. */
  pendingView(index: number, account: AccountCell): PendingView {
    const pending = this.#accounts.get(index);
    let { nonce, amount } = account;
    while (pending?.has(nonce)) nonce += 1n;
    for (const operation of pending?.values() ?? []) amount -= operation.debit;
    return { nonce, amount: amount < 0n ? 0n : amount };
  }
}
