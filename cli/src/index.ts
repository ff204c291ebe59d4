// What tests and other programs use of the root commands.
export {
  type Balances,
  type ConservationLine,
  checkConservation,
  conservationLines,
  readBalances,
} from "./demo/balances.js";
export {
  DEMO_JOBS,
  DEMO_ROLES,
  DEMO_TERMS,
  type DemoEvent,
  type DemoOptions,
  type DemoResult,
  type DemoRole,
  demoParticipants,
  runDemo,
} from "./demo/demo.js";
export { digitsModelBytes, digitsTypedProgram, heldOutImages } from "./demo/program.js";
export { formatSummary } from "./demo/summary.js";
export { type DevnetAccounts, type DevnetRole, devnetAccounts } from "./devnet/accounts.js";
export { type DevnetOptions, startDevnet } from "./devnet/devnet.js";
export { DevnetError, type DevnetErrorCode } from "./devnet/errors.js";
export {
  DEVNET_FEES,
  DEVNET_PRICE,
  OPERATOR_INDEX,
  PROVIDER_INDEX,
  SERVICE_DEPOSIT,
} from "./devnet/services.js";
export type { Devnet, DevnetClient, DevnetService } from "./devnet/types.js";
export { createReporter, createSilentReporter, type PhaseTime, type Reporter } from "./report/reporter.js";
