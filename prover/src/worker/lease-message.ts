// What a provider signs to lease a chunk: shared by the worker, which signs, and the sequencer, which verifies.
import { poseidon } from "@catalyze/circuits/reference";
import { domainConstant } from "@catalyze/circuits/schema";

/** Domain of lease requests: no other message of an account's key can be one. */
export const DOMAIN_LEASE_REQUEST = domainConstant("Catalyze/1/lease-request");

/**
 * Message of a lease request: P[LEASE_REQUEST](operation domain, account index, time), signed with EdDSA-Poseidon by
 * the account's key. `time` is in milliseconds since 1970, at most 48 bits; each request's is above the last one's.
 */
export const leaseRequestMessage = (operationDomain: bigint, account: number, time: bigint): bigint =>
  poseidon(DOMAIN_LEASE_REQUEST, [operationDomain, BigInt(account), time]);
