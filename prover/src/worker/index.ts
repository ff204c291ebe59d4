// The prover worker and what it shares with the sequencer.
export { DOMAIN_LEASE_REQUEST, leaseRequestMessage } from "./lease-message.js";
export { type ProofJson, proofFromJson, proofToJson } from "./proof-json.js";
