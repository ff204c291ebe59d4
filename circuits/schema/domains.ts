// Domain constants: the initial capacity of every use of Poseidon, and the keccak domains. One constant per use.
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** keccak256 of the text, without its last byte: an integer below 2^248, so that it fits a tail word. */
export function domainConstant(text: string): bigint {
  return BigInt(`0x${bytesToHex(keccak_256(utf8ToBytes(text)))}`) >> 8n;
}

/** Sponge over the words of a public-data vector (DESIGN §3). */
export const DOMAIN_PUBLIC_DATA = domainConstant("Catalyze/1/public-data");
/** Leaf of the state tree: hash(static, dynamic). */
export const DOMAIN_CELL = domainConstant("Catalyze/1/cell");
/** Inner node of the state tree. */
export const DOMAIN_STATE_NODE = domainConstant("Catalyze/1/state-node");
/** Static part of an account cell. */
export const DOMAIN_ACCOUNT = domainConstant("Catalyze/1/account");
/** Static part of a seed cell. */
export const DOMAIN_SEED = domainConstant("Catalyze/1/seed");
/** Static part of an order cell. */
export const DOMAIN_ORDER = domainConstant("Catalyze/1/order");
/** Message of a signed operation. */
export const DOMAIN_OPERATION = domainConstant("Catalyze/1/operation");
/** Lowest node of the tree over a block's signed operations: eight operations of two words. */
export const DOMAIN_OPERATIONS = domainConstant("Catalyze/1/operations");
/** Higher node of the tree over a block's signed operations: sixteen nodes. */
export const DOMAIN_OPERATIONS_NODE = domainConstant("Catalyze/1/operations-node");
/** Chain over the payment legs of a multi-transfer or of a royalty distribution. */
export const DOMAIN_LEGS = domainConstant("Catalyze/1/legs");
/** Sponge over what the memory argument of a block quantifies over and no public word binds. */
export const DOMAIN_ACCESSES = domainConstant("Catalyze/1/accesses");
/** Challenges of the memory argument. */
export const DOMAIN_CHALLENGE = domainConstant("Catalyze/1/challenge");
/** Leaf of an order's tree of job inputs. */
export const DOMAIN_JOB_INPUT = domainConstant("Catalyze/1/job-input");
/** Leaf of a chunk's tree of job results. */
export const DOMAIN_JOB_RESULT = domainConstant("Catalyze/1/job-result");
/** Inner node of job trees. */
export const DOMAIN_JOB_NODE = domainConstant("Catalyze/1/job-node");
/** Sponge over the parameters of a program. */
export const DOMAIN_PARAMETERS = domainConstant("Catalyze/1/parameters");
/** A level's list of owners in a royalty split. */
export const DOMAIN_OWNERS = domainConstant("Catalyze/1/owners");
/** Shares root: a level's owners, what it passes to its parent, and the shares root below. */
export const DOMAIN_SHARES = domainConstant("Catalyze/1/shares");

/** Every Poseidon domain by the name it has in the generated Circom. */
export const POSEIDON_DOMAINS = {
  DOMAIN_PUBLIC_DATA,
  DOMAIN_CELL,
  DOMAIN_STATE_NODE,
  DOMAIN_ACCOUNT,
  DOMAIN_SEED,
  DOMAIN_ORDER,
  DOMAIN_OPERATION,
  DOMAIN_OPERATIONS,
  DOMAIN_OPERATIONS_NODE,
  DOMAIN_LEGS,
  DOMAIN_ACCESSES,
  DOMAIN_CHALLENGE,
  DOMAIN_JOB_INPUT,
  DOMAIN_JOB_RESULT,
  DOMAIN_JOB_NODE,
  DOMAIN_PARAMETERS,
  DOMAIN_OWNERS,
  DOMAIN_SHARES,
} as const;

/** Prefix of the keccak challenge z (DESIGN §3): keccak256 of this text. */
export const CHALLENGE_DOMAIN_TEXT = "Catalyze/1/z";
/** Prefix of the operation domain. */
export const OPERATION_DOMAIN_TEXT = "Catalyze/1/operation-domain";
/** Prefix of the statement domain. */
export const STATEMENT_DOMAIN_TEXT = "Catalyze/1/statement-domain";
/** Prefix of the royalty domain. */
export const ROYALTY_DOMAIN_TEXT = "Catalyze/1/royalty-domain";
