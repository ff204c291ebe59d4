// Binds the actions to a client, in groups.
import * as actions from "../actions/index.js";
import type { BaseClient } from "./types.js";

/** The action with the client as its first argument already given. */
function bind<P extends unknown[], R>(
  client: BaseClient,
  action: (client: BaseClient, ...rest: P) => R,
): (...rest: P) => R {
  return (...rest) => action(client, ...rest);
}

/** Accounts: registering, deposits, payments, withdrawals. */
export const accountActions = (client: BaseClient) => ({
  approveCtz: bind(client, actions.approveCtz),
  claimWithdrawal: bind(client, actions.claimWithdrawal),
  deposit: bind(client, actions.deposit),
  exitAccount: bind(client, actions.exitAccount),
  freeze: bind(client, actions.freeze),
  getAccount: bind(client, actions.getAccount),
  getCtzBalance: bind(client, actions.getCtzBalance),
  getWithdrawals: bind(client, actions.getWithdrawals),
  multiTransfer: bind(client, actions.multiTransfer),
  reclaimDeposit: bind(client, actions.reclaimDeposit),
  register: bind(client, actions.register),
  rotateKey: bind(client, actions.rotateKey),
  transfer: bind(client, actions.transfer),
  waitForAccount: bind(client, actions.waitForAccount),
  waitForRequest: bind(client, actions.waitForRequest),
  withdraw: bind(client, actions.withdraw),
});

/** Operations step by step, and their status. */
export const operationActions = (client: BaseClient) => ({
  answerChallenge: bind(client, actions.answerChallenge),
  challengeReceipt: bind(client, actions.challengeReceipt),
  finaliseChallenge: bind(client, actions.finaliseChallenge),
  getBlock: bind(client, actions.getBlock),
  getBlockProof: bind(client, actions.getBlockProof),
  getOperation: bind(client, actions.getOperation),
  prepareOperation: bind(client, actions.prepareOperation),
  proveEquivocation: bind(client, actions.proveEquivocation),
  signOperation: bind(client, actions.signOperation),
  submitOperation: bind(client, actions.submitOperation),
  verifyOperationReceipt: bind(client, actions.verifyOperationReceipt),
  waitForOperation: bind(client, actions.waitForOperation),
  watchOperation: bind(client, actions.watchOperation),
});

/** Seeds. */
export const seedActions = (client: BaseClient) => ({
  applySeedTerms: bind(client, actions.applySeedTerms),
  exitSeed: bind(client, actions.exitSeed),
  getSeed: bind(client, actions.getSeed),
  getSeeds: bind(client, actions.getSeeds),
  registerSeed: bind(client, actions.registerSeed),
  setSeedShares: bind(client, actions.setSeedShares),
  updateSeedTerms: bind(client, actions.updateSeedTerms),
  waitForSeed: bind(client, actions.waitForSeed),
});

/** Orders, results and receipts. */
export const orderActions = (client: BaseClient) => ({
  cancelOrder: bind(client, actions.cancelOrder),
  challengeLease: bind(client, actions.challengeLease),
  exitOrder: bind(client, actions.exitOrder),
  forceSettle: bind(client, actions.forceSettle),
  getOrder: bind(client, actions.getOrder),
  getOrders: bind(client, actions.getOrders),
  getResults: bind(client, actions.getResults),
  getVerificationKey: bind(client, actions.getVerificationKey),
  postOrder: bind(client, actions.postOrder),
  recordStatement: bind(client, actions.recordStatement),
  run: <Input, Result>(parameters: actions.RunParameters<Input, Result>) => actions.run(client, parameters),
  simulatePostOrder: bind(client, actions.simulatePostOrder),
  verifyReceipt: bind(client, actions.verifyReceipt),
  verifyReceiptOnChain: bind(client, actions.verifyReceiptOnChain),
  waitForOrder: bind(client, actions.waitForOrder),
  watchOrder: bind(client, actions.watchOrder),
});

/** Local chains only: `client.extend(devnetActions)`. */
export const devnetActions = (client: BaseClient) => ({
  fundAccount: bind(client, actions.fundAccount),
});

/** Every group that a client has from the start. */
export const catalyzeActions = (client: BaseClient) => ({
  ...accountActions(client),
  ...operationActions(client),
  ...seedActions(client),
  ...orderActions(client),
});

/** The actions of a client. */
export type CatalyzeActions = ReturnType<typeof catalyzeActions>;
