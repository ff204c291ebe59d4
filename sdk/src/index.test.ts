// The public surface of the SDK, and that its sources can run in a browser.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as sdk from "./index.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".ts") && !path.endsWith(".test.ts"),
);

describe("sdk", () => {
  it("exports", () => {
    expect(Object.keys(sdk).sort()).toMatchInlineSnapshot(`
      [
        "AccountKeyMismatchError",
        "AccountNotFoundError",
        "AmountError",
        "ArtefactMismatchError",
        "BaseError",
        "BlockHistoryMismatchError",
        "BlockWordsMismatchError",
        "ClientOptionMissingError",
        "ContractCallError",
        "DeploymentMismatchError",
        "FeeTooLowError",
        "InputsInvalidError",
        "InsufficientBalanceError",
        "MAXIMUM_UNITS",
        "NotLocalChainError",
        "OperationDroppedError",
        "OperatorReceiptError",
        "OrderClosedError",
        "OrderNotOpenError",
        "ProgramUnavailableError",
        "ReceiptInvalidError",
        "ReceiptNotSettledError",
        "RequestNotFoundError",
        "RequestRefusedError",
        "SequencerRequestError",
        "SequencerResponseError",
        "SequencerUnreachableError",
        "SignatureMalformedError",
        "UNIT_DECIMALS",
        "WEI_PER_UNIT",
        "WaitAbortedError",
        "WaitTimeoutError",
        "WithdrawalAlreadyClaimedError",
        "WithdrawalNotFoundError",
        "accountActions",
        "accountKeyFromPrivateKey",
        "accountKeyTypedData",
        "accountPrivateKey",
        "answerChallenge",
        "api",
        "applySeedTerms",
        "approveCtz",
        "cancelOrder",
        "catalyzeActions",
        "challengeLease",
        "challengeReceipt",
        "claimWithdrawal",
        "createCatalyzeClient",
        "createSequencerTransport",
        "deposit",
        "deriveAccountKey",
        "deriveAccountPrivateKey",
        "devnetActions",
        "exitAccount",
        "exitOrder",
        "exitSeed",
        "finaliseChallenge",
        "forceSettle",
        "formatCtz",
        "freeze",
        "fundAccount",
        "getAccount",
        "getBlock",
        "getBlockProof",
        "getCtzBalance",
        "getOperation",
        "getOrder",
        "getOrders",
        "getResults",
        "getSeed",
        "getSeeds",
        "getVerificationKey",
        "getWithdrawals",
        "leaseMessage",
        "multiTransfer",
        "operationActions",
        "orderActions",
        "parseCtz",
        "postOrder",
        "prepareOperation",
        "programIdOf",
        "programIdOfKey",
        "proveEquivocation",
        "reclaimDeposit",
        "recordStatement",
        "register",
        "registerSeed",
        "resolveSeed",
        "rotateKey",
        "run",
        "seedActions",
        "sendOperation",
        "setSeedShares",
        "signOperation",
        "simulatePostOrder",
        "submitOperation",
        "toProof",
        "toVerificationKey",
        "transfer",
        "unitsToWei",
        "updateSeedTerms",
        "verifyOperationReceipt",
        "verifyReceipt",
        "verifyReceiptOnChain",
        "waitForAccount",
        "waitForOperation",
        "waitForOrder",
        "waitForRequest",
        "waitForSeed",
        "watchOperation",
        "watchOrder",
        "weiToUnits",
        "withdraw",
        "withdrawalLeaf",
        "withdrawalTree",
      ]
    `);
  });

  it("imports nothing of Node, and only types of the prover", () => {
    expect(sources.length).toBeGreaterThan(40);
    for (const path of sources) {
      const text = readFileSync(join(folder, path), "utf8");
      expect(text, path).not.toMatch(/from "node:|import\("node:|require\(/);
      expect(text, path).not.toMatch(/^import (?!type)[^;]*from "@catalyze\/prover"/m);
    }
  });
});
