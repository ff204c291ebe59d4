// Accounts of the devnet: those of the well-known local mnemonic, which anvil funds with ether. Never use them elsewhere.
import { bytesToHex, type Hex } from "viem";
import { type HDAccount, mnemonicToAccount } from "viem/accounts";

const MNEMONIC = "test test test test test test test test test test test junk";

/** Roles by place in the mnemonic. The deployer holds all CTZ at first and is the faucet. */
const ROLES = [
  "deployer",
  "operator",
  "middleware",
  "creator",
  "provider",
  "requesterA",
  "requesterB",
  "pool",
] as const;

/** Who takes part in the devnet. */
export type DevnetRole = (typeof ROLES)[number];

/** Account of each role. */
export type DevnetAccounts = Readonly<Record<DevnetRole, HDAccount>>;

/** The devnet's accounts. */
export function devnetAccounts(): DevnetAccounts {
  const entries = ROLES.map((role, addressIndex) => [role, mnemonicToAccount(MNEMONIC, { addressIndex })]);
  return Object.fromEntries(entries) as DevnetAccounts;
}

/** Private key of a devnet account, for the services that sign by themselves. */
export const privateKeyOf = (account: HDAccount): Hex => bytesToHex(account.getHdKey().privateKey!);
