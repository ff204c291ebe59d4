// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Schema} from "../src/generated/Schema.sol";
import {PublicData} from "../src/proof/PublicData.sol";
import {VerificationKeys} from "../src/proof/VerificationKeys.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {L1Queue} from "../src/rollup/L1Queue.sol";
import {Rollup} from "../src/rollup/Rollup.sol";
import {ICTZ} from "../src/token/ICTZ.sol";
import {CTZ} from "../src/token/CTZ.sol";
import {RollupFixture} from "./support/RollupFixture.sol";
import {Trapdoor} from "./support/Trapdoor.sol";
import {BabyJubJubVectors} from "./vectors/BabyJubJubVectors.sol";

/// @dev A contract wallet that accepts one digest (ERC-1271).
contract Wallet {
    bytes32 private accepted;

    function accept(bytes32 digest) external {
        accepted = digest;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == accepted ? this.isValidSignature.selector : bytes4(0);
    }
}

contract RollupQueueTest is RollupFixture {
    uint256 private constant OWNER_KEY = 0xc0ffee;

    function setUp() external {
        deployAll(DEPTH);
    }

    // Deployment.

    function test_constructor_revertsIfParametersWrong() external {
        IRollup.BlockCircuit[] memory list = circuits();
        IRollup.Deployment memory d = deploymentFor(address(1), DEPTH);
        d.token = address(0);
        vm.expectRevert(IRollup.ZeroAddress.selector);
        new L1Queue(d, list);
        d = deploymentFor(address(0), DEPTH);
        vm.expectRevert(IRollup.ZeroAddress.selector);
        new L1Queue(d, list);
        for (uint8 depth = 0; depth < 14; depth += 13) {
            d = deploymentFor(address(1), depth);
            vm.expectRevert(abi.encodeWithSelector(IRollup.DepthOutOfRange.selector, depth));
            new L1Queue(d, list);
        }
        d = deploymentFor(address(1), DEPTH);
        d.operator = address(0);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        new L1Queue(d, list);
        d = deploymentFor(address(1), DEPTH);
        d.pool = address(0);
        vm.expectRevert(IRollup.ZeroAddress.selector);
        new L1Queue(d, list);
        d = deploymentFor(address(1), DEPTH);
        d.genesisRoot = R;
        L1Queue code = new L1Queue(d, list);
        vm.expectRevert(abi.encodeWithSelector(PublicData.WordNotInField.selector, 0, R));
        new Rollup(d, list, code);
        d.genesisRoot = 1;
        vm.expectRevert(abi.encodeWithSelector(IRollup.QueueMismatch.selector, address(code)));
        new Rollup(d, list, code);
        d = deploymentFor(address(1), DEPTH);
        vm.expectRevert(IRollup.NoBlockSize.selector);
        new L1Queue(d, new IRollup.BlockCircuit[](0));
    }

    function test_constructor_checksBlockKeys() external {
        IRollup.BlockCircuit[] memory list = circuits();
        uint256[4] memory gamma = Trapdoor.gamma();
        bytes memory key = list[0].key;
        for (uint256 i = 0; i < 4; i++) {
            uint256 word = gamma[i];
            assembly ("memory-safe") {
                mstore(add(add(key, 32), mul(i, 32)), word)
            }
        }
        IRollup.Deployment memory d = deploymentFor(address(1), DEPTH);
        L1Queue code = new L1Queue(d, list);
        vm.expectRevert(VerificationKeys.DeltaIsGamma.selector);
        new Rollup(d, list, code);
    }

    /// @dev A size's id is its place: four are told apart, a fifth has none.
    function test_constructor_revertsIfMoreThanFourSizes() external {
        IRollup.BlockCircuit[] memory list = new IRollup.BlockCircuit[](5);
        for (uint256 i = 0; i < 5; i++) {
            list[i] = circuits()[0];
            list[i].key = Trapdoor.encode(Trapdoor.key(10 + i));
            list[i].settlements = uint16(4 + i);
        }
        IRollup.Deployment memory d = deploymentFor(address(1), DEPTH);
        L1Queue code = new L1Queue(d, list);
        vm.expectRevert(abi.encodeWithSelector(IRollup.TooManyBlockSizes.selector, 5));
        new Rollup(d, list, code);
        assembly ("memory-safe") {
            mstore(list, 4)
        }
        Rollup four = deployRollup(d, list);
        assertEq(four.blockSizeCount(), 4);
        for (uint256 i = 0; i < 4; i++) {
            IRollup.BlockSize memory size = four.blockSize(i);
            assertEq(size.programId, programIdOf(10 + i));
            assertEq(size.key.code, bytes.concat(hex"00", list[i].key));
            assertEq(size.settlements, 4 + i);
        }
        assertEq(four.blockSize(4).key, address(0));
    }

    function test_constructor_fixesSizes() external view {
        assertEq(rollup.blockSizeCount(), 1);
        IRollup.BlockSize memory size = rollup.blockSize(0);
        assertEq(size.programId, programIdOf(BLOCK_KEY));
        assertEq(size.key.code, bytes.concat(hex"00", Trapdoor.encode(Trapdoor.key(BLOCK_KEY))));
        assertEq(size.requests, 6);
        assertEq(size.settlements, 4);
        assertEq(size.orders, 2);
        assertEq(size.withdrawals, 4);
        assertEq(size.cells, 10);
        assertEq(size.rotations, 2);
        assertEq(size.distributions, 2);
        assertEq(rollup.blockSize(1).key, address(0));
        assertEq(rollup.state().root, GENESIS);
        assertEq(rollup.nextIndex(), 1);
        assertEq(rollup.token(), address(ctz));
        assertEq(rollup.programs(), address(programs));
        assertEq(rollup.seedRegistry(), address(seeds));
        assertEq(rollup.pool(), POOL);
    }

    function test_token_capsTheSupply() external {
        uint256 cap = ctz.cap();
        assertTrue(cap / UNIT < 1 << 88, "every sum of balances fits an amount of the circuits");
        vm.expectRevert(abi.encodeWithSelector(ICTZ.SupplyAboveCap.selector, cap + 1, cap));
        new CTZ(cap + 1);
        CTZ full = new CTZ(cap);
        assertEq(full.balanceOf(address(this)), cap);
        full.burn(1);
        assertEq(full.totalSupply(), cap - 1);
    }

    // Register.

    function test_register_revertsIfAccountExists() external {
        registerAccount(ALICE, 0);
        (uint256 ax, uint256 ay) = keyOf(1);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IRollup.AccountExists.selector, ALICE, 1));
        rollup.register(ax, ay, 0);
    }

    function test_register_revertsIfKeyNotOnCurve() external {
        (uint256 ax, uint256 ay) = keyOf(0);
        vm.expectRevert(abi.encodeWithSelector(IRollup.KeyNotOnCurve.selector, ax, ay + 1));
        rollup.register(ax, ay + 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IRollup.KeyNotOnCurve.selector, ax + R, ay));
        rollup.register(ax + R, ay, 0);
    }

    function test_register_revertsIfKeyOfSmallOrder() external {
        uint256[2][8] memory points = BabyJubJubVectors.smallOrder();
        for (uint256 i = 0; i < points.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IRollup.KeyOfSmallOrder.selector, points[i][0], points[i][1]));
            rollup.register(points[i][0], points[i][1], 0);
        }
    }

    function test_register_revertsIfTreeFull() external {
        deployAll(1);
        registerAccount(ALICE, 0);
        (uint256 ax, uint256 ay) = keyOf(1);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IRollup.TreeFull.selector, 2));
        rollup.register(ax, ay, 0);
    }

    function test_register_revertsIfAmountNotWholeUnits() external {
        (uint256 ax, uint256 ay) = keyOf(0);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IRollup.AmountNotWholeUnits.selector, UNIT + 1));
        rollup.register(ax, ay, UNIT + 1);
    }

    function test_register_revertsIfNotFunded() external {
        (uint256 ax, uint256 ay) = keyOf(0);
        ctz.approve(address(rollup), 3);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(rollup), 3, UNIT)
        );
        rollup.register(ax, ay, UNIT);
    }

    function test_register_queuesTheAccount() external {
        (uint256 ax, uint256 ay) = keyOf(2);
        uint256 route = Schema.packRequestRoute(1, 1, NOW, uint160(ALICE));
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.AccountRegistered(ALICE, 1, ax, ay);
        vm.expectEmit(true, true, true, true, address(rollup));
        emit IRollup.RequestEnqueued(0, 1, 1, ax, ay, route, 7);
        vm.prank(ALICE);
        uint32 index = rollup.register(ax, ay, 7 * UNIT);
        assertEq(index, 1);
        assertEq(rollup.accountIndex(ALICE), 1);
        assertEq(rollup.accountOwner(1), ALICE);
        assertEq(rollup.requestCount(), 1);
        assertEq(rollup.queueHash(0), bytes32(0));
        assertEq(rollup.queueHash(1), keccak256(abi.encode(bytes32(0), ax, ay, route, uint256(7))));
        assertEq(rollup.liabilities(), 7);
        assertEq(ctz.balanceOf(address(rollup)), 7 * UNIT);
    }

    // RegisterFor.

    function _digest(address owner, uint256 nonce, uint256 deadline) private view returns (bytes32) {
        (uint256 ax, uint256 ay) = keyOf(0);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Catalyze Rollup"),
                keccak256("1"),
                block.chainid,
                address(rollup)
            )
        );
        bytes32 permission = keccak256(
            abi.encode(
                keccak256("RegisterPermission(address owner,uint256 ax,uint256 ay,uint256 nonce,uint256 deadline)"),
                owner,
                ax,
                ay,
                nonce,
                deadline
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, permission));
    }

    function _sign(uint256 privateKey, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        return abi.encodePacked(r, s, v);
    }

    function test_registerFor_revertsIfExpired() external {
        address owner = vm.addr(OWNER_KEY);
        (uint256 ax, uint256 ay) = keyOf(0);
        bytes memory signature = _sign(OWNER_KEY, _digest(owner, 0, NOW - 1));
        vm.expectRevert(abi.encodeWithSelector(IRollup.PermissionExpired.selector, NOW - 1));
        rollup.registerFor(owner, ax, ay, 0, NOW - 1, signature);
    }

    function test_registerFor_revertsIfNotSignedByOwner() external {
        address owner = vm.addr(OWNER_KEY);
        (uint256 ax, uint256 ay) = keyOf(0);
        bytes memory refused = abi.encodeWithSelector(IRollup.InvalidPermission.selector, owner);
        bytes[4] memory signatures = [
            _sign(OWNER_KEY + 1, _digest(owner, 0, NOW)),
            _sign(OWNER_KEY, _digest(owner, 1, NOW)),
            _sign(OWNER_KEY, _digest(owner, 0, NOW + 1)),
            bytes("")
        ];
        for (uint256 i = 0; i < signatures.length; i++) {
            vm.expectRevert(refused);
            rollup.registerFor(owner, ax, ay, 0, NOW, signatures[i]);
        }
        // The key is signed too: nobody registers a victim's address under a key of their own.
        (uint256 otherX, uint256 otherY) = keyOf(1);
        bytes memory signature = _sign(OWNER_KEY, _digest(owner, 0, NOW));
        vm.expectRevert(refused);
        rollup.registerFor(owner, otherX, otherY, 0, NOW, signature);
        vm.expectRevert(abi.encodeWithSelector(IRollup.InvalidPermission.selector, address(0)));
        rollup.registerFor(address(0), ax, ay, 0, NOW, signature);
        vm.chainId(1);
        vm.expectRevert(refused);
        rollup.registerFor(owner, ax, ay, 0, NOW, signature);
    }

    function test_registerFor_registersOwnerAndChargesCaller() external {
        address owner = vm.addr(OWNER_KEY);
        (uint256 ax, uint256 ay) = keyOf(0);
        bytes memory signature = _sign(OWNER_KEY, _digest(owner, 0, NOW));
        uint256 before = ctz.balanceOf(ALICE);
        vm.prank(ALICE);
        rollup.registerFor(owner, ax, ay, 9 * UNIT, NOW, signature);
        assertEq(rollup.accountIndex(owner), 1);
        assertEq(rollup.accountIndex(ALICE), 0);
        assertEq(ctz.balanceOf(ALICE), before - 9 * UNIT);
        assertEq(rollup.nonces(owner), 1);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IRollup.InvalidPermission.selector, owner));
        rollup.registerFor(owner, ax, ay, 0, NOW, signature);
    }

    function test_registerFor_acceptsContractOwners() external {
        Wallet wallet = new Wallet();
        (uint256 ax, uint256 ay) = keyOf(0);
        vm.expectRevert(abi.encodeWithSelector(IRollup.InvalidPermission.selector, address(wallet)));
        rollup.registerFor(address(wallet), ax, ay, 0, NOW, "");
        wallet.accept(_digest(address(wallet), 0, NOW));
        rollup.registerFor(address(wallet), ax, ay, 0, NOW, "");
        assertEq(rollup.accountIndex(address(wallet)), 1);
    }

    // Deposit.

    function test_deposit_revertsIfAccountUnknown() external {
        registerAccount(ALICE, 0);
        registerSeed(ALICE, 0);
        uint32[3] memory indices = [uint32(0), 2, 3];
        for (uint256 i = 0; i < indices.length; i++) {
            vm.prank(ALICE);
            vm.expectRevert(abi.encodeWithSelector(IRollup.UnknownAccount.selector, indices[i]));
            rollup.deposit(indices[i], UNIT);
        }
    }

    function test_deposit_revertsIfZero() external {
        registerAccount(ALICE, 0);
        vm.prank(ALICE);
        vm.expectRevert(IRollup.ZeroAmount.selector);
        rollup.deposit(1, 0);
    }

    function testFuzz_deposit_takesWholeUnitsOnly(uint256 amount) external {
        registerAccount(ALICE, 0);
        amount = bound(amount, 1, 1_000 ether);
        vm.prank(ALICE);
        if (amount % UNIT != 0) {
            vm.expectRevert(abi.encodeWithSelector(IRollup.AmountNotWholeUnits.selector, amount));
            rollup.deposit(1, amount);
            return;
        }
        rollup.deposit(1, amount);
        assertEq(rollup.liabilities(), amount / UNIT);
    }

    function testFuzz_deposit_creditsTheAccountNamed(uint88 units) external {
        registerAccount(ALICE, 0);
        registerAccount(BOB, 0);
        units = uint88(bound(units, 1, 1_000 ether / UNIT));
        depositUnits(ALICE, 2, units);
        assertEq(rollup.accounting().deposited, units);
        Block memory b = nextBlock();
        takeRequests(b, 3);
        submit(b);
    }

    /// @dev Any sequence of requests hashes to what a block presents, in blocks of any length.
    function testFuzz_queue_isConsumedInOrder(uint256 seed) external {
        for (uint160 i = 0; i < 12; i++) {
            uint256 kind = (seed >> i) % 3;
            if (i == 0 || kind == 0) registerAccount(address(0x2000 + i), 0);
            else if (kind == 1) depositUnits(BOB, 1, 1 + (seed >> i) % 1_000);
            else registerSeed(ALICE, 0);
        }
        uint256 consumed;
        for (uint256 i = 0; consumed < 12; i++) {
            uint256 count = bound(uint256(keccak256(abi.encode(seed, i))), 0, 6);
            if (consumed + count > 12) count = 12 - consumed;
            Block memory b = nextBlock();
            takeRequests(b, count);
            submit(b);
            consumed += count;
        }
        assertEq(rollup.state().consumedRequests, rollup.requestCount());
    }
}
