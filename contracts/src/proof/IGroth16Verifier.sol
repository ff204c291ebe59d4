// SPDX-License-Identifier: MIT
// Owns the documentation, errors and types of proof verification.
pragma solidity ^0.8.28;

/// @title Groth16 verifier over BN254 for every circuit of a deployment.
/// @notice All circuits share alpha, beta and gamma (one powers-of-tau) and have the three public signals [C, y, z].
/// A key is contract code: one zero byte, then 384 bytes: delta (4 words, order of the pairing precompile: x imaginary,
/// x real, y imaginary, y real), IC_0 … IC_3 (2 words each). Callers decide which keys they trust; keys must have passed
/// the checks of `VerificationKeys`. Points of a proof that are off the curve, at infinity or not reduced revert, and each precompile
/// call has bounded gas.
interface IGroth16Verifier {
    /// @notice Consecutive proofs of a batch under one key. A key may have several runs.
    /// @param key Address of the code that holds the key.
    /// @param count Number of proofs, at least one.
    struct KeyRun {
        address key;
        uint256 count;
    }

    /// @notice One proof with its public signals.
    /// @param commitment Public signal C, below r.
    /// @param y Public signal y, below r.
    /// @param z Public signal z, below r.
    /// @param proof A (x, y), B (order of the pairing precompile), C (x, y).
    struct BatchEntry {
        uint256 commitment;
        uint256 y;
        uint256 z;
        uint256[8] proof;
    }

    /// @notice gamma is not the generator of G2, as every snarkjs key has it.
    error GammaNotGenerator();
    /// @notice Keys of the published development constants work on local chains only.
    error DevelopmentKeysOnPublicChain(uint256 chainId);
    /// @notice The code at `key` is not a stored verification key.
    error KeyNotFound(address key);
    /// @notice A public signal is not below r.
    error SignalNotInField(uint256 signal);
    /// @notice There is nothing to verify.
    error EmptyBatch();
    /// @notice The runs do not give each of the proofs one key.
    error RunsMismatch(uint256 proofs);

    /// @notice alpha of the deployment (x, y).
    function alpha() external view returns (uint256[2] memory);

    /// @notice beta of the deployment, order of the pairing precompile.
    function beta() external view returns (uint256[4] memory);

    /// @notice gamma of the deployment, order of the pairing precompile.
    function gamma() external view returns (uint256[4] memory);

    /// @notice True when alpha is the published development alpha.
    function usesDevelopmentKeys() external view returns (bool);

    /// @notice Reverts when the deployment uses development keys and the chain is not local (31337, 1337).
    function requireChainAllowed() external view;

    /// @notice Verifies one proof under a key.
    /// @param key Address of the code that holds the key.
    /// @param signals [C, y, z], each below r.
    /// @param proof A, B, C as in {BatchEntry}.
    /// @return True when the pairing equation holds.
    function verify(address key, uint256[3] calldata signals, uint256[8] calldata proof) external view returns (bool);

    /// @notice Verifies all proofs at once with N + 2 + D pairings for N proofs under D distinct keys.
    /// @dev Coefficients are 1, rho, rho^2, … with rho from keccak256 over all keys' content, signals and proofs.
    /// @param runs Keys of the proofs, in their order.
    /// @return True when every proof is valid; false with overwhelming probability when any is not.
    function verifyBatch(KeyRun[] calldata runs, BatchEntry[] calldata entries) external view returns (bool);

    /// @notice rho of a batch: its proofs count with the coefficients 1, rho, rho^2, …
    /// @dev In [1, r), from keccak256 over the number of proofs, all entries, all runs and the content of all keys.
    function batchChallenge(KeyRun[] calldata runs, BatchEntry[] calldata entries) external view returns (uint256);
}
