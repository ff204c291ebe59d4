// SPDX-License-Identifier: MIT
// Owns the documentation and errors of the Poseidon contract.
pragma solidity ^0.8.28;

/// @title Poseidon over BN254's scalar field, circomlib's parameters, with a domain as initial capacity.
/// @notice Element 0 of the permutation of (domain, inputs), as `poseidon` of circuits/reference and
/// circuits/src/hash compute it. Values are field elements: nothing is reduced, so that each value has one form.
interface IPoseidon {
    /// @notice There are no parameters for this number of inputs; 2, 3, 4 and 16 have some.
    error InputCountNotSupported(uint256 count);
    /// @notice A value is not below the field's modulus. `position` 0 is the domain, input i is i + 1.
    error ValueNotInField(uint256 position, uint256 value);
    /// @notice A table's code has a wrong length.
    error TableLengthMismatch(uint256 table, uint256 expected, uint256 given);

    /// @notice Hash of 2, 3, 4 or 16 inputs.
    function hash(uint256 domain, uint256[] memory inputs) external view returns (uint256);

    /// @notice Hash of 2 inputs.
    function hash2(uint256 domain, uint256 a, uint256 b) external view returns (uint256);

    /// @notice Hash of 3 inputs.
    function hash3(uint256 domain, uint256 a, uint256 b, uint256 c) external view returns (uint256);

    /// @notice Hash of 4 inputs.
    function hash4(uint256 domain, uint256[4] memory inputs) external view returns (uint256);

    /// @notice Hash of 16 inputs.
    function hash16(uint256 domain, uint256[16] memory inputs) external view returns (uint256);
}
