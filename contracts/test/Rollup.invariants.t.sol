// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRollup} from "../src/rollup/IRollup.sol";
import {Withdrawals} from "../src/rollup/Withdrawals.sol";
import {MerkleProver} from "./support/MerkleProver.sol";
import {RollupFixture} from "./support/RollupFixture.sol";

/// @dev Acts on a rollup as users and operator do. Keeps its own books: what L2 holds, as the circuit guarantees it.
contract Handler is RollupFixture {
    struct Pending {
        uint64 blockNumber;
        uint256 index;
        address recipient;
        uint256 amount;
        bytes32[] proof;
        bool claimed;
    }

    uint256 public onL2;
    uint256 public pendingWithdrawals;
    uint256 public burned;
    uint256 public poolOwed;
    uint256 public consumed;
    Pending[] private pendings;
    address[] private owners;

    constructor() {
        deployAll(DEPTH);
        vm.prank(ALICE);
        ctz.approve(address(rollup), type(uint256).max);
    }

    function rollupAddress() external view returns (IRollup) {
        return rollup;
    }

    function held() external view returns (uint256) {
        return ctz.balanceOf(address(rollup));
    }

    function supply() external view returns (uint256) {
        return ctz.totalSupply();
    }

    function initialSupply() external pure returns (uint256) {
        return 1_000_000 ether;
    }

    function queueLength() external view returns (uint256) {
        return queue.length;
    }

    function register(uint256 units) external {
        address owner = address(uint160(0x3000 + owners.length));
        units = bound(units, 0, 1_000);
        ctz.transfer(owner, units * UNIT);
        vm.prank(owner);
        ctz.approve(address(rollup), type(uint256).max);
        registerAccount(owner, units);
        owners.push(owner);
        onL2 += units;
    }

    function deposit(uint256 who, uint256 units) external {
        if (owners.length == 0) return;
        units = bound(units, 1, 1_000);
        depositUnits(ALICE, rollup.accountIndex(owners[who % owners.length]), units);
        onL2 += units;
    }

    function registerASeed() external {
        registerSeed(ALICE, 0);
    }

    /// @dev A block that moves out what the seed says, never more than L2 holds.
    function submitBlock(uint256 seed) external {
        vm.warp(block.timestamp + seed % 100);
        Block memory b = nextBlock();
        uint256 waiting = queue.length - consumed;
        takeRequests(b, waiting > 6 ? 6 : waiting);
        b.burned = _take(seed >> 8);
        b.pool = _take(seed >> 16);
        uint256 count = owners.length == 0 ? 0 : (seed >> 24) % 5;
        b.withdrawals = new uint256[](count);
        uint256 first = pendings.length;
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; i++) {
            address recipient = owners[(seed >> (32 + i)) % owners.length];
            uint256 amount = _take(seed >> (64 + 8 * i));
            b.withdrawals[i] = amount | (uint256(uint160(recipient)) << 88);
            leaves[i] = Withdrawals.leaf(address(rollup), b.number, i, recipient, amount);
            pendings.push(Pending(uint64(b.number), i, recipient, amount, new bytes32[](0), false));
            pendingWithdrawals += amount;
        }
        for (uint256 i = 0; i < count; i++) {
            pendings[first + i].proof = MerkleProver.proof(leaves, i);
        }
        submit(b);
        consumed += b.requests.length;
        burned += b.burned;
        poolOwed += b.pool;
    }

    function claim(uint256 which) external {
        if (pendings.length == 0) return;
        Pending storage p = pendings[which % pendings.length];
        if (p.claimed) {
            vm.expectRevert(abi.encodeWithSelector(IRollup.WithdrawalAlreadyClaimed.selector, p.blockNumber, p.index));
            rollup.claimWithdrawal(p.blockNumber, p.index, p.recipient, p.amount, p.proof);
            return;
        }
        rollup.claimWithdrawal(p.blockNumber, p.index, p.recipient, p.amount, p.proof);
        p.claimed = true;
        pendingWithdrawals -= p.amount;
    }

    function claimBatch(uint256 from, uint256 count) external {
        if (pendings.length == 0) return;
        from %= pendings.length;
        count = bound(count, 1, pendings.length - from);
        IRollup.WithdrawalClaim[] memory claims = new IRollup.WithdrawalClaim[](count);
        for (uint256 i = 0; i < count; i++) {
            Pending storage p = pendings[from + i];
            claims[i] = IRollup.WithdrawalClaim(p.blockNumber, p.index, p.recipient, p.amount, p.proof);
            if (!p.claimed) pendingWithdrawals -= p.amount;
            p.claimed = true;
        }
        rollup.claimWithdrawals(claims);
    }

    function payPool() external {
        poolOwed -= rollup.payPool();
    }

    /// @dev Up to a quarter of what L2 holds, taken out of it.
    function _take(uint256 seed) private returns (uint256 amount) {
        amount = onL2 == 0 ? 0 : seed % (onL2 / 4 + 1);
        onL2 -= amount;
    }
}

contract RollupInvariantsTest is RollupFixture {
    Handler private handler;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() external {
        handler = new Handler();
    }

    /// @dev Read by forge: only the handler's actions.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](7);
        selectors[0] = Handler.register.selector;
        selectors[1] = Handler.deposit.selector;
        selectors[2] = Handler.registerASeed.selector;
        selectors[3] = Handler.submitBlock.selector;
        selectors[4] = Handler.claim.selector;
        selectors[5] = Handler.claimBatch.selector;
        selectors[6] = Handler.payPool.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function invariant_solvency() external view {
        IRollup rollup_ = handler.rollupAddress();
        uint256 liabilities = rollup_.liabilities();
        assertEq(handler.held(), liabilities * UNIT, "CTZ held is what is owed");
        uint256 owed = handler.onL2() + handler.pendingWithdrawals() + handler.poolOwed();
        assertEq(liabilities, owed, "owed is what L2, withdrawals and the pool claim");
    }

    function invariant_conservation() external view {
        assertEq(handler.supply(), handler.initialSupply() - handler.burned() * UNIT, "only burns change the supply");
    }

    function invariant_queueOrder() external view {
        IRollup rollup_ = handler.rollupAddress();
        assertEq(rollup_.state().consumedRequests, handler.consumed());
        assertEq(rollup_.requestCount(), handler.queueLength());
        assertTrue(rollup_.state().consumedRequests <= rollup_.requestCount(), "consumed are queued");
    }
}
