// Keccak side of the public-data interface: the challenge z and the domains that bind chain and deployment.
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import {
  CHALLENGE_DOMAIN_TEXT,
  OPERATION_DOMAIN_TEXT,
  ROYALTY_DOMAIN_TEXT,
  STATEMENT_DOMAIN_TEXT,
} from "./domains.js";
import { assertBits, FIELD_MODULUS } from "./field.js";

function uint256(label: string, value: bigint): Uint8Array {
  assertBits(label, value, 256);
  const bytes = new Uint8Array(32);
  let rest = value;
  for (let i = 31; i >= 0; i--) {
    bytes[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

const toBigint = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes)}`);

/** What a challenge binds besides the words. */
export interface ChallengeContext {
  readonly chainId: bigint;
  /** The deployment's fixed address (160 bits): its `ProgramRegistry`. */
  readonly binder: bigint;
  /** keccak256(key) >> 8 of the circuit's verification key (248 bits). */
  readonly programId: bigint;
}

/**
 * z = keccak256(keccak256(domain text), chain id, binder, program id, C, keccak256(bytes of the used words)) mod r,
 * every item as 32 bytes (Solidity: `abi.encode`). DESIGN §3.
 */
export function challenge(context: ChallengeContext, commitment: bigint, bytes: Uint8Array): bigint {
  const digest = keccak_256(
    concatBytes(
      keccak_256(utf8ToBytes(CHALLENGE_DOMAIN_TEXT)),
      uint256("chainId", context.chainId),
      uint256("binder", context.binder),
      uint256("programId", context.programId),
      uint256("commitment", commitment),
      keccak_256(bytes),
    ),
  );
  return toBigint(digest) % FIELD_MODULUS;
}

/** keccak256(keccak256(text), chain id, address) >> 8: a domain of one contract on one chain; 248 bits. */
export function addressDomain(text: string, chainId: bigint, address: bigint): bigint {
  const digest = keccak_256(
    concatBytes(keccak_256(utf8ToBytes(text)), uint256("chainId", chainId), uint256("address", address)),
  );
  return toBigint(digest) >> 8n;
}

/** Operation domain: keccak256(keccak256(text), chain id, rollup) >> 8, signed by every operation; 248 bits. */
export function operationDomain(chainId: bigint, rollup: bigint): bigint {
  return addressDomain(OPERATION_DOMAIN_TEXT, chainId, rollup);
}

/** Statement domain: keccak256(keccak256(text), chain id, binder) >> 8, first term of every statement; 248 bits. */
export function statementDomain(chainId: bigint, binder: bigint): bigint {
  return addressDomain(STATEMENT_DOMAIN_TEXT, chainId, binder);
}

/** Royalty domain: keccak256(keccak256(text), chain id, rollup) >> 8, first term of every royalty split; 248 bits. */
export function royaltyDomain(chainId: bigint, rollup: bigint): bigint {
  return addressDomain(ROYALTY_DOMAIN_TEXT, chainId, rollup);
}
