// SPDX-License-Identifier: MIT
// Recognises the published development constants (prover/src/keys/constants.ts) and local chains.
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "./IGroth16Verifier.sol";

/// @title Where development keys may be used.
library DevelopmentKeys {
    /// @dev x of alpha = (keccak256("Catalyze development key: alpha") mod r) · G1. Negation keeps x.
    uint256 internal constant ALPHA_X = 5359372748237535081802152643281427733528753554257424890680029196522106159160;

    /// @dev Whether alpha, or its negative, is the published one.
    function isDevelopmentAlpha(uint256 x) internal pure returns (bool) {
        return x == ALPHA_X;
    }

    /// @dev Reverts on a chain that is not local. The chain id is read at every call: a fork may change it.
    function requireLocalChain() internal view {
        if (block.chainid != 31337 && block.chainid != 1337) {
            revert IGroth16Verifier.DevelopmentKeysOnPublicChain(block.chainid);
        }
    }
}
