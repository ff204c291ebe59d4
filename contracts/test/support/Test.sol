// SPDX-License-Identifier: MIT
// Base of the Solidity tests: the cheat codes that they use, and assertions that say expected and given. forge-std is not
// needed.
pragma solidity ^0.8.28;

/// @dev Foundry's cheat codes, as far as used here.
interface Cheats {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    /// @dev Of the last call: with isolation, of the whole transaction, its 21,000 and calldata included.
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function warp(uint256 time) external;
    function roll(uint256 blockNumber) external;
    function chainId(uint256 id) external;
    function prank(address sender) external;
    function prank(address sender, address origin) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function etch(address target, bytes calldata code) external;
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8, bytes32, bytes32);
    function addr(uint256 privateKey) external pure returns (address);
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function expectPartialRevert(bytes4 selector) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function record() external;
    function accesses(address target) external returns (bytes32[] memory reads, bytes32[] memory writes);
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function cool(address target) external;
    function deal(address account, uint256 amount) external;
    function assume(bool condition) external pure;
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function getNonce(address account) external view returns (uint64);
    function store(address target, bytes32 slot, bytes32 value) external;
    function load(address target, bytes32 slot) external view returns (bytes32);
    function mockCall(address target, bytes calldata data, bytes calldata result) external;
    function clearMockedCalls() external;
    function lastCallGas() external view returns (Gas memory);
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
    function toString(uint256 value) external pure returns (string memory);
}

/// @title Test base.
abstract contract Test {
    // solhint-disable-next-line const-name-snakecase
    Cheats internal constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));
    /// @dev Read by forge to find test contracts.
    // solhint-disable-next-line func-name-mixedcase
    bool public IS_TEST = true;

    error AssertionFailed(string message, bytes32 expected, bytes32 given);

    function assertEq(uint256 given, uint256 expected) internal pure {
        assertEq(given, expected, "");
    }

    function assertEq(uint256 given, uint256 expected, string memory message) internal pure {
        if (given != expected) revert AssertionFailed(message, bytes32(expected), bytes32(given));
    }

    function assertEq(bytes32 given, bytes32 expected) internal pure {
        if (given != expected) revert AssertionFailed("", expected, given);
    }

    function assertEq(address given, address expected) internal pure {
        assertEq(uint160(given), uint160(expected));
    }

    function assertEq(bytes memory given, bytes memory expected) internal pure {
        if (keccak256(given) != keccak256(expected)) {
            revert AssertionFailed("bytes (hashes)", keccak256(expected), keccak256(given));
        }
    }

    function assertTrue(bool condition, string memory message) internal pure {
        if (!condition) revert AssertionFailed(message, bytes32(uint256(1)), 0);
    }

    function assertTrue(bool condition) internal pure {
        assertTrue(condition, "");
    }

    function assertFalse(bool condition) internal pure {
        assertTrue(!condition, "expected false");
    }

    function assertFalse(bool condition, string memory message) internal pure {
        assertTrue(!condition, message);
    }

    /// @dev `value` brought into [minimum, maximum].
    function bound(uint256 value, uint256 minimum, uint256 maximum) internal pure returns (uint256) {
        if (minimum == 0 && maximum == type(uint256).max) return value;
        return minimum + value % (maximum - minimum + 1);
    }
}
