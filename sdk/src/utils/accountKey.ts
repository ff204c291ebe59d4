// The account's key on the rollup, derived from a wallet signature: the same wallet and rollup give the same key, so
// nothing has to be stored. Owns the text that is signed and the derivation; both are fixed for ever.

import { publicKey, type Signature, signMessage } from "@catalyze/circuits/reference";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type Address, hexToBytes, type LocalAccount, type TypedDataDefinition } from "viem";
import { SignatureMalformedError } from "../errors/client.js";

/** A BabyJubJub key pair that signs operations. The private key stays inside. */
export interface AccountKey {
  /** Public key, a point of BabyJubJub. */
  readonly ax: bigint;
  readonly ay: bigint;
  /** EdDSA-Poseidon signature of a message, a field element. */
  sign(message: bigint): Signature;
}

/** What an account key belongs to. */
export interface AccountKeyParameters {
  readonly chainId: bigint;
  readonly rollup: Address;
  readonly owner: Address;
  /** Which of the account's keys: 0 (default) is the first; a rotation takes another. */
  readonly number?: number | undefined;
}

const STATEMENT =
  "Create the key of my Catalyze account. Only sign this on a site that you trust with the account's balance.";
const HKDF_SALT = utf8ToBytes("Catalyze/1/account-key");
const HKDF_INFORMATION = utf8ToBytes("EdDSA-Poseidon private key");
const PRIVATE_KEY_BYTES = 32;
const SIGNATURE_BYTES = 65;

/** The EIP-712 message that the wallet signs. */
export function accountKeyTypedData(parameters: AccountKeyParameters) {
  const { chainId, rollup, owner, number = 0 } = parameters;
  return {
    domain: {
      name: "Catalyze account key",
      version: "1",
      chainId: Number(chainId),
      verifyingContract: rollup,
    },
    types: {
      AccountKey: [
        { name: "statement", type: "string" },
        { name: "owner", type: "address" },
      ],
    },
    primaryType: "AccountKey",
    message: { statement: number === 0 ? STATEMENT : `${STATEMENT} Key number ${number}.`, owner },
  } as const satisfies TypedDataDefinition;
}

/**
 * Private key from a wallet's 65-byte ECDSA signature over {@link accountKeyTypedData}: HKDF-SHA256 of r and s. The
 * recovery byte is left out, because wallets write it in two ways.
 * @throws {SignatureMalformedError}
 */
export function accountPrivateKey(signature: Uint8Array): Uint8Array {
  if (signature.length !== SIGNATURE_BYTES) throw new SignatureMalformedError({ length: signature.length });
  return hkdf(sha256, signature.subarray(0, 64), HKDF_SALT, HKDF_INFORMATION, PRIVATE_KEY_BYTES);
}

/** Wraps a 32-byte EdDSA private key. */
export function accountKeyFromPrivateKey(privateKey: Uint8Array): AccountKey {
  const { ax, ay } = publicKey(privateKey);
  return { ax, ay, sign: (message) => signMessage(privateKey, message) };
}

/** Signs typed data with a wallet or a local account. */
export type SignTypedData = (data: ReturnType<typeof accountKeyTypedData>) => Promise<`0x${string}`>;

/**
 * Derives the account's key. The wallet must sign deterministically (RFC 6979, as wallets do).
 * @throws {SignatureMalformedError} for wallets whose signatures are no ECDSA signatures.
 */
export async function deriveAccountKey(
  parameters: AccountKeyParameters & { readonly signTypedData: SignTypedData },
): Promise<AccountKey> {
  const signature = await parameters.signTypedData(accountKeyTypedData(parameters));
  return accountKeyFromPrivateKey(accountPrivateKey(hexToBytes(signature)));
}

/**
 * Private key of a local account's rollup key, for programs that hold it themselves (a provider's worker).
 * @throws {SignatureMalformedError}
 */
export async function deriveAccountPrivateKey(
  parameters: { readonly account: LocalAccount } & Omit<AccountKeyParameters, "owner">,
): Promise<Uint8Array> {
  const { account, ...rest } = parameters;
  const signature = await account.signTypedData(accountKeyTypedData({ ...rest, owner: account.address }));
  return accountPrivateKey(hexToBytes(signature));
}
