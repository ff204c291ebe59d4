// Errors of the client's configuration, its keys and its waits.
import { BaseError } from "./base.js";

/** An action needs something that the client was made without. */
export class ClientOptionMissingError extends BaseError {
  override readonly name = "ClientOptionMissingError";

  constructor(parameters: { option: string; action: string }) {
    super(`${parameters.action} needs the client's option "${parameters.option}".`, {
      code: "SDK_CLIENT_OPTION_MISSING",
      wayOut: `Pass ${parameters.option} to createCatalyzeClient.`,
    });
  }
}

/** Sequencer, chain and contracts do not belong together. */
export class DeploymentMismatchError extends BaseError {
  override readonly name = "DeploymentMismatchError";

  constructor(parameters: { what: string; expected: string | bigint; given: string | bigint }) {
    super(`The sequencer's ${parameters.what} is not the one expected.`, {
      code: "SDK_DEPLOYMENT_MISMATCH",
      context: { Expected: parameters.expected, Given: parameters.given },
      wayOut: "Check chain, rollup address and sequencer URL; sign nothing until they agree.",
    });
  }
}

/** The owner has no account on the rollup. */
export class AccountNotFoundError extends BaseError {
  override readonly name = "AccountNotFoundError";

  constructor(parameters: { account: string | number; cause?: unknown }) {
    super(`There is no rollup account for ${parameters.account}.`, {
      code: "SDK_ACCOUNT_NOT_FOUND",
      cause: parameters.cause,
      wayOut: "Call register() and wait with waitForAccount(): accounts appear with the next block.",
    });
  }
}

/** The key derived from the wallet is not the account's. */
export class AccountKeyMismatchError extends BaseError {
  override readonly name = "AccountKeyMismatchError";

  constructor(parameters: { index: number }) {
    super(`The derived key is not the key of account ${parameters.index}.`, {
      code: "SDK_ACCOUNT_KEY_MISMATCH",
      wayOut:
        "Use the wallet and rollup that the account was registered with; wallets must sign deterministically (RFC 6979).",
    });
  }
}

/** The wallet's signature can't be made into a key. */
export class SignatureMalformedError extends BaseError {
  override readonly name = "SignatureMalformedError";

  constructor(parameters: { length: number }) {
    super(`The wallet's signature has ${parameters.length} bytes instead of 65.`, {
      code: "SDK_SIGNATURE_MALFORMED",
      wayOut: "Use an account with a private key: contract wallets can't derive a key.",
    });
  }
}

/** A wait took longer than its timeout. */
export class WaitTimeoutError extends BaseError {
  override readonly name = "WaitTimeoutError";

  constructor(parameters: { what: string; timeoutMs: number; last?: string | undefined }) {
    super(`Waiting for ${parameters.what} took longer than ${parameters.timeoutMs} ms.`, {
      code: "SDK_WAIT_TIMEOUT",
      context: parameters.last === undefined ? {} : { "Last seen": parameters.last },
      wayOut: "Wait again or with a longer timeout: nothing was cancelled.",
    });
  }
}

/** A wait was aborted by its signal. */
export class WaitAbortedError extends BaseError {
  override readonly name = "WaitAbortedError";

  constructor(parameters: { what: string; cause?: unknown }) {
    super(`Waiting for ${parameters.what} was aborted.`, {
      code: "SDK_WAIT_ABORTED",
      cause: parameters.cause,
      wayOut: "Wait again: nothing was cancelled.",
    });
  }
}

/** An action that only exists on local chains. */
export class NotLocalChainError extends BaseError {
  override readonly name = "NotLocalChainError";

  constructor(parameters: { chainId: number; action: string }) {
    super(`${parameters.action} works on local chains only.`, {
      code: "SDK_NOT_LOCAL_CHAIN",
      context: { "Chain id": parameters.chainId },
      wayOut: "Use chain 31337 or 1337.",
    });
  }
}

/** A transaction would revert or has reverted. */
export class ContractCallError extends BaseError {
  override readonly name = "ContractCallError";
  /** Name of the contract's custom error, if it has one. */
  readonly errorName: string | undefined;

  constructor(parameters: {
    functionName: string;
    errorName: string | undefined;
    text: string;
    cause: unknown;
  }) {
    super(`${parameters.functionName} failed on L1: ${parameters.text}.`, {
      code: "SDK_CONTRACT_CALL_FAILED",
      context: parameters.errorName === undefined ? {} : { "Contract error": parameters.errorName },
      cause: parameters.cause,
      wayOut: "See the contract error; its documentation is in the interface of the contract.",
    });
    this.errorName = parameters.errorName;
  }
}
