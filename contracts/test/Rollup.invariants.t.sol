// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {IL1Queue} from "../src/rollup/IL1Queue.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {ISeedRegistry} from "../src/seeds/ISeedRegistry.sol";
import {Withdrawals} from "../src/rollup/Withdrawals.sol";
import {MerkleProver} from "./support/MerkleProver.sol";
import {RollupFixture} from "./support/RollupFixture.sol";

/// @dev Acts on a rollup as users, providers, recipients and a hostile operator do. Keeps its own books: what L2 holds, as the
/// circuit guarantees it, and what everyone paid in fees. Once the rollup is frozen it keeps trying.
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
    uint256 public feesPaid;
    uint256 public feesCollected;
    uint256 public rootAtFreeze;
    uint256 public consumedAtFreeze;
    mapping(uint256 requestIndex => uint256) private depositOf;
    mapping(uint256 requestIndex => bool) private reclaimed;
    Pending[] private pendings;
    address[] private owners;
    uint64[] private seedIds;

    constructor() {
        queueTerms = IL1Queue.QueueTerms(1 days, 2 minutes, 0.0002 ether, 0.0005 ether);
        deployAll(DEPTH);
        vm.deal(address(this), type(uint128).max);
        vm.prank(ALICE);
        ctz.approve(address(rollup), type(uint256).max);
        vm.deal(ALICE, type(uint128).max);
    }

    receive() external payable {}

    /// @dev Whether a request of this kind would be taken; the handler then pays its exact fee from `payer`.
    modifier live() {
        if (rollup.frozenAt() != 0) return;
        (uint256 load, uint256 limit,, uint256 orderWeight) = rollup.queueLoad();
        if (load + orderWeight > limit) return;
        _;
    }

    function _fee(uint256 kind) private returns (uint256 fee) {
        fee = rollup.requestFee(kind);
        feesPaid += fee;
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

    function register(uint256 units) external live {
        if (rollup.shutdownAt() != 0) return;
        address owner = address(uint160(0x3000 + owners.length));
        units = bound(units, 0, 1_000);
        ctz.transfer(owner, units * UNIT);
        vm.prank(owner);
        ctz.approve(address(rollup), type(uint256).max);
        vm.deal(owner, 1_000 ether);
        (uint256 ax, uint256 ay) = keyOf(0);
        uint256 fee = _fee(Schema.REQUEST_REGISTER);
        vm.prank(owner);
        uint32 index = rollup.register{value: fee}(ax, ay, units * UNIT);
        depositOf[queue.length] = units;
        uint256 route = Schema.packRequestRoute(Schema.REQUEST_REGISTER, index, block.timestamp, uint160(owner));
        queue.push(Request(ax, ay, route, units));
        owners.push(owner);
        onL2 += units;
    }

    function deposit(uint256 who, uint256 units) external live {
        if (owners.length == 0 || rollup.shutdownAt() != 0) return;
        units = bound(units, 1, 1_000);
        uint32 index = rollup.accountIndex(owners[who % owners.length]);
        uint256 fee = _fee(Schema.REQUEST_DEPOSIT);
        vm.prank(ALICE);
        rollup.deposit{value: fee}(index, units * UNIT);
        depositOf[queue.length] = units;
        uint256 route = Schema.packRequestRoute(Schema.REQUEST_DEPOSIT, index, block.timestamp, uint160(ALICE));
        queue.push(Request(0, 0, route, units));
        onL2 += units;
    }

    function registerASeed() external live {
        if (rollup.shutdownAt() != 0) return;
        uint256 fee = _fee(Schema.REQUEST_REGISTER_SEED);
        uint256 programId = programIdOf(PROGRAM_0);
        vm.prank(ALICE);
        (uint64 seedId, uint32 index) =
            seeds.register{value: fee}("", "", programId, 1, 0, ISeedRegistry.Terms(200, 500, 500, 0));
        vm.prank(ALICE);
        seeds.setShares(seedId, seedId, 0);
        uint256 subject = Schema.packSeedSubject(0, seedId);
        uint256 route = Schema.packRequestRoute(Schema.REQUEST_REGISTER_SEED, index, block.timestamp, subject);
        uint256 payload = Schema.packSeedPayload(200, 500, 500, 0, 1);
        queue.push(Request(1, programId, route, Schema.packRequestValue(0, payload)));
        seedIds.push(seedId);
    }

    /// @dev A forced request of any kind, by whoever may make it.
    function force(uint256 who, uint256 what) external live {
        if (owners.length == 0) return;
        address owner = owners[who % owners.length];
        uint32 order = firstOrderIndex() + uint32(what % 7);
        if (what % 3 == 0) {
            uint256 fee = _fee(Schema.REQUEST_EXIT_ACCOUNT);
            vm.prank(owner);
            rollup.exitAccount{value: fee}();
            expectQueued(Schema.REQUEST_EXIT_ACCOUNT, rollup.accountIndex(owner), uint160(owner), 0);
        } else if (what % 3 == 1) {
            uint256 fee = _fee(Schema.REQUEST_EXIT_ORDER);
            vm.prank(owner);
            rollup.exitOrder{value: fee}(order);
            expectQueued(Schema.REQUEST_EXIT_ORDER, order, uint160(owner), rollup.accountIndex(owner));
        } else if (seedIds.length != 0) {
            uint64 seedId = seedIds[what % seedIds.length];
            uint256 fee = _fee(Schema.REQUEST_EXIT_SEED);
            vm.prank(ALICE);
            seeds.exitSeed{value: fee}(seedId);
            expectQueued(Schema.REQUEST_EXIT_SEED, seeds.seed(seedId).index, uint160(ALICE), 0);
        }
    }

    /// @dev The operator does nothing for up to two deadlines; whoever notices freezes.
    function stall(uint256 time) external {
        if (time % 8 != 0) time %= 2 hours;
        vm.warp(block.timestamp + time % 2 days);
    }

    /// @dev Anyone tries to freeze, and succeeds exactly when the oldest request is overdue.
    function freeze() external {
        bool overdue =
            consumed < queue.length && block.timestamp > Schema.requestRoute_time(queue[consumed].route) + 1 days;
        bool expected = overdue && rollup.frozenAt() == 0;
        IL1Queue.QueuedRequest memory oldest = consumed < queue.length ? queued(consumed) : queued_();
        (bool frozen,) = address(rollup).call(abi.encodeCall(IL1Queue.freeze, (oldest)));
        assertTrue(frozen == expected, "freezes exactly when overdue");
        if (frozen) _noteFreeze();
    }

    /// @dev The operator winds the rollup down, rarely.
    function shutDown(uint256 draw) external {
        if (draw % 16 == 0 && rollup.frozenAt() == 0 && rollup.shutdownAt() == 0) {
            vm.prank(OPERATOR);
            rollup.announceShutdown();
        }
        (bool frozen,) = address(rollup).call(abi.encodeCall(IL1Queue.completeShutdown, ()));
        if (frozen) _noteFreeze();
    }

    /// @dev Anyone reclaims any request's deposit: only once, only after a freeze, only what was not consumed.
    function reclaim(uint256 which) external {
        if (queue.length == 0) return;
        which %= queue.length;
        bool expected = rollup.frozenAt() != 0 && which >= consumed && depositOf[which] != 0 && !reclaimed[which];
        bytes memory call = abi.encodeCall(IL1Queue.reclaimDeposit, (uint64(which), queued(which)));
        (bool success,) = address(rollup).call(call);
        assertTrue(success == expected, "reclaims exactly what is due");
        if (!success) return;
        reclaimed[which] = true;
        onL2 -= depositOf[which];
    }

    function collectFees() external {
        uint256 before = address(rollup).balance;
        rollup.collectFees();
        feesCollected += before - address(rollup).balance;
        IL1Queue.Fees memory left = rollup.fees();
        assertEq(address(rollup).balance, uint256(left.waiting) + left.earned, "nothing else stays");
    }

    function _noteFreeze() private {
        rootAtFreeze = rollup.state().root;
        consumedAtFreeze = consumed;
    }

    function queued_() private pure returns (IL1Queue.QueuedRequest memory none) {}

    /// @dev A block that moves out what the seed says, never more than L2 holds.
    function submitBlock(uint256 seed) external {
        vm.warp(block.timestamp + seed % 100);
        Block memory b = nextBlock();
        if (rollup.frozenAt() != 0 || (rollup.shutdownAt() != 0 && block.timestamp >= rollup.shutdownAt())) {
            IRollup.BlockSubmission[] memory list = one(prove(b));
            vm.prank(OPERATOR, OPERATOR);
            (bool submitted,) = address(rollup).call(abi.encodeCall(IRollup.submitBlocks, (list)));
            assertFalse(submitted, "no block after a freeze");
            return;
        }
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
        uint64[] memory distributed = new uint64[](seedIds.length == 0 ? 0 : (seed >> 200) % 3);
        for (uint256 i = 0; i < distributed.length; i++) {
            distributed[i] = seedIds[(seed >> (204 + i)) % seedIds.length];
        }
        addDistributions(b, distributed, seed % 50);
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
        bytes4[] memory selectors = new bytes4[](13);
        selectors[0] = Handler.register.selector;
        selectors[1] = Handler.deposit.selector;
        selectors[2] = Handler.registerASeed.selector;
        selectors[3] = Handler.submitBlock.selector;
        selectors[4] = Handler.claim.selector;
        selectors[5] = Handler.claimBatch.selector;
        selectors[6] = Handler.payPool.selector;
        selectors[7] = Handler.force.selector;
        selectors[8] = Handler.stall.selector;
        selectors[9] = Handler.freeze.selector;
        selectors[10] = Handler.reclaim.selector;
        selectors[11] = Handler.collectFees.selector;
        selectors[12] = Handler.shutDown.selector;
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

    function invariant_fees() external view {
        IRollup rollup_ = handler.rollupAddress();
        IL1Queue.Fees memory fees = rollup_.fees();
        uint256 held = handler.feesPaid() - handler.feesCollected();
        assertEq(address(rollup_).balance, held, "the coin held is what was paid and not collected");
        assertTrue(uint256(fees.waiting) + fees.earned <= held, "and covers what is owed");
    }

    function invariant_freeze() external view {
        IRollup rollup_ = handler.rollupAddress();
        if (rollup_.frozenAt() == 0) return;
        assertEq(rollup_.state().root, handler.rootAtFreeze(), "the last root stays");
        assertEq(rollup_.state().consumedRequests, handler.consumedAtFreeze(), "and what was consumed");
    }
}
