// EIP-712 messages that the operator signs: receipts of operations and leases of chunks.

/** Domain of the operator's signatures. */
export const operatorDomain = (chainId: bigint, rollup: `0x${string}`) =>
  ({
    name: "Catalyze",
    version: "1",
    chainId: Number(chainId),
    verifyingContract: rollup,
  }) as const;

/** Receipt of an accepted operation; `primaryType` is `OperationReceipt`. */
export const operationReceiptTypes = {
  OperationReceipt: [
    { name: "message", type: "uint256" },
    { name: "sequence", type: "uint64" },
    { name: "promisedBlock", type: "uint64" },
  ],
} as const;

/** Lease of a chunk; `primaryType` is `Lease`. `price` is the order's limit in units per job, `until` in seconds. */
export const leaseTypes = {
  Lease: [
    { name: "orderId", type: "uint64" },
    { name: "orderIndex", type: "uint32" },
    { name: "chunk", type: "uint32" },
    { name: "provider", type: "address" },
    { name: "price", type: "uint64" },
    { name: "until", type: "uint64" },
  ],
} as const;
