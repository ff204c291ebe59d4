// EIP-712 messages that the operator signs: receipts of operations and leases of chunks.

/** Domain of the operator's signatures. */
export const operatorDomain = (chainId: bigint, rollup: `0x${string}`) =>
  ({
    name: "Catalyze",
    version: "1",
    chainId: Number(chainId),
    verifyingContract: rollup,
  }) as const;

/**
 * Receipt of an accepted operation; `primaryType` is `OperationReceipt`. `acceptedBlock` is the last block when it was
 * accepted: balance and key of the account excuse the operator only in later blocks. After `validUntil` (seconds) an
 * operation that stands before this one in the account's order may have expired.
 */
export const operationReceiptTypes = {
  OperationReceipt: [
    { name: "message", type: "uint256" },
    { name: "sequence", type: "uint64" },
    { name: "acceptedBlock", type: "uint64" },
    { name: "promisedBlock", type: "uint64" },
    { name: "validUntil", type: "uint64" },
  ],
} as const;

/**
 * Lease of a chunk; `primaryType` is `Lease`. `orderStatic` is the static part of the order's cell; program, parameters,
 * inputs and range say the work; `price` is the order's limit in units per job; `since` and `until` are in seconds.
 */
export const leaseTypes = {
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
