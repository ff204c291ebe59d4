// Keys and signed operations for tests.
import {
  type AccountCell,
  accountStatic,
  type Operation,
  operationMessage,
  publicKey,
  type SignedOperation,
  signMessage,
} from "@catalyze/circuits/reference";
import { operationDomain } from "@catalyze/circuits/schema";

/** Addresses of the tests' pretended deployment. */
export const ROLLUP = "0x00000000000000000000000000000000000000a1";
export const REGISTRY = "0x00000000000000000000000000000000000000b2";
export const CHAIN_ID = 31337n;
/** Far in the future of every test clock. */
export const EXPIRY = 2_000_000_000n;

/** A test account: private key from its number, owner 0x1000 + number. */
export class TestKey {
  readonly privateKey: Uint8Array;
  readonly ax: bigint;
  readonly ay: bigint;
  owner: bigint;

  constructor(readonly number: number) {
    this.privateKey = new Uint8Array(32).fill(number + 1);
    const { ax, ay } = publicKey(this.privateKey);
    this.ax = ax;
    this.ay = ay;
    this.owner = BigInt(0x1000 + number);
  }

  /** The account's cell with this balance and nonce. */
  cell(amount: bigint, nonce = 0n): AccountCell {
    return { kind: "account", ax: this.ax, ay: this.ay, owner: this.owner, amount, nonce };
  }

  /** Signs an operation for the pretended deployment or another domain. */
  sign(operation: Operation, domain: bigint = operationDomain(CHAIN_ID, BigInt(ROLLUP))): SignedOperation {
    const message = operationMessage(domain, accountStatic(this.ax, this.ay, this.owner), operation);
    const { r8x, r8y, s } = signMessage(this.privateKey, message);
    return { operation, signature: { r8x, r8y, s } };
  }
}

/** A transfer with every field given or defaulted. */
export const transfer = (
  signer: number,
  nonce: bigint,
  receiver: number,
  amount: bigint,
  more: Partial<{ fee: bigint; priorityFee: bigint; expiry: bigint }> = {},
): Operation => ({
  kind: "transfer",
  signer,
  nonce,
  receiver,
  amount,
  fee: 0n,
  priorityFee: 0n,
  expiry: EXPIRY,
  ...more,
});
