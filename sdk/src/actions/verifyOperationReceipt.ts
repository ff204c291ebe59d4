// Action: check the operator's signature on the receipt of an operation.
import { isAddressEqual, recoverTypedDataAddress } from "viem";
import { type OperationReceipt, operationReceiptTypes, operatorDomain } from "../api/index.js";
import type { BaseClient } from "../clients/types.js";
import { OperatorReceiptError } from "../errors/sequencer.js";

export type VerifyOperationReceiptParameters = {
  readonly receipt: OperationReceipt;
  /** The operation's message, when the caller knows it. */
  readonly message?: bigint | undefined;
  /** Least `validUntil` (seconds) that the caller accepts: the earliest expiry of what its account has pending. */
  readonly validUntil?: bigint | undefined;
};
export type VerifyOperationReceiptReturnType = OperationReceipt;
export type VerifyOperationReceiptErrorType = OperatorReceiptError;

/**
 * Checks that the rollup's operator has signed this promise, for this operation.
 *
 * @throws {OperatorReceiptError}
 */
export async function verifyOperationReceipt(
  client: BaseClient,
  parameters: VerifyOperationReceiptParameters,
): Promise<VerifyOperationReceiptReturnType> {
  const { receipt, message = receipt.message } = parameters;
  const { chainId, rollup, operator } = await client.getDeployment();
  if (receipt.message !== message) {
    throw new OperatorReceiptError({
      reason: "it is for another operation",
      context: { Expected: message, Given: receipt.message },
    });
  }
  if (receipt.acceptedBlock >= receipt.promisedBlock) {
    throw new OperatorReceiptError({
      reason: "no block lies between acceptance and promise",
      context: { Accepted: receipt.acceptedBlock, Promised: receipt.promisedBlock },
    });
  }
  if (parameters.validUntil !== undefined && receipt.validUntil < parameters.validUntil) {
    throw new OperatorReceiptError({
      reason: "its promise ends before the operations that it is about expire",
      context: { Expected: parameters.validUntil, Given: receipt.validUntil },
    });
  }
  const signer = await recoverTypedDataAddress({
    domain: operatorDomain(chainId, rollup),
    types: operationReceiptTypes,
    primaryType: "OperationReceipt",
    message: {
      message,
      sequence: receipt.sequence,
      acceptedBlock: receipt.acceptedBlock,
      promisedBlock: receipt.promisedBlock,
      validUntil: receipt.validUntil,
    },
    signature: receipt.signature,
  }).catch((): undefined => undefined);
  if (signer === undefined || !isAddressEqual(signer, operator)) {
    throw new OperatorReceiptError({
      reason: "it is not signed by the rollup's operator",
      context: { Operator: operator, Signer: signer ?? "none" },
    });
  }
  return receipt;
}
