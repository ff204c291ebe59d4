// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Schema} from "../src/generated/Schema.sol";
import {PublicData} from "../src/proof/PublicData.sol";
import {VerificationKeys} from "../src/proof/VerificationKeys.sol";
import {Exits} from "../src/rollup/Exits.sol";
import {IExits} from "../src/rollup/IExits.sol";
import {IRollup} from "../src/rollup/IRollup.sol";
import {ExitFixture} from "./support/ExitFixture.sol";
import {FrozenRollup} from "./support/FrozenRollup.sol";
import {Trapdoor} from "./support/Trapdoor.sol";

contract ExitsTest is ExitFixture {
    uint256 private constant ROOT = 0x10057;
    uint256 private constant HELD = 1_000_000;
    uint256 private constant ORDER = 40_000;
    address private constant CAROL = address(0xca201);
    address private constant SPLITTER = address(0x5911);
    uint64 private constant SEED_ID = 9;

    FrozenRollup private frozen;

    function setUp() external {
        deployAll(DEPTH);
        frozen = new FrozenRollup(address(ctz), address(programs), address(statementRegistry), POOL);
        bytes memory cellKey = Trapdoor.encode(Trapdoor.key(CELL_KEY));
        exits = new Exits(frozen, programs, cellKey, Trapdoor.encode(Trapdoor.key(SETTLEMENT_KEY)));
        frozen.fix(address(exits), ROOT);
        frozen.freeze(uint64(NOW));
        frozen.setSplitter(SEED_ID, SPLITTER);
        ctz.transfer(address(frozen), HELD * UNIT);
    }

    // Words and proofs.

    function _exitWords(uint256 root, uint256 domain, uint256 cell, uint256 recipient, bytes memory refused) private {
        (uint256[] memory vector, bytes memory words) = cellWords(root, domain, cell, recipient);
        (uint256 commitment, uint256[8] memory proof) = exitProof(CELL_KEY, vector, words);
        if (refused.length != 0) vm.expectRevert(refused);
        exits.exitCell(words, commitment, proof);
    }

    function _exit(uint256 amount, uint256 index, uint256 kind, uint256 recipient, bytes memory refused) private {
        uint256 cell = Schema.packExitCell(amount, index, kind);
        _exitWords(ROOT, exits.exitDomain(), cell, recipient, refused);
    }

    function _exit(uint256 amount, uint256 index, uint256 kind, uint256 recipient) private {
        _exit(amount, index, kind, recipient, "");
    }

    function _balance(address account) private view returns (uint256) {
        return ctz.balanceOf(account) / UNIT;
    }

    // A recorded statement by BOB, paid out of an escrow of 10,000 units.
    function _payment(uint256 chunk) private view returns (Payment memory) {
        uint256 commitment = uint256(keccak256(abi.encode("exit statement", chunk))) % R;
        Statement memory s =
            Statement(PROGRAM_0, programIdOf(PROGRAM_0), commitment, programs.statementDomain(), BOB, chunk);
        return Payment(ROOT, exits.exitDomain(), s, ORDER, 10_000, chunk, SEED_ID, 40, 50, 60, 3_000, 350, CAROL);
    }

    function _record(Statement memory s) private {
        IRollup.StatementSubmission memory proven = proveStatement(s);
        statementRegistry.record(s.programId, s.commitment, proven.words, proven.proof);
    }

    function _pay(Payment memory p, bytes memory refused) private {
        (uint256[] memory vector, bytes memory words) = paymentWords(p);
        (uint256 commitment, uint256[8] memory proof) = exitProof(SETTLEMENT_KEY, vector, words);
        if (refused.length != 0) vm.expectRevert(refused);
        exits.payStatement(words, commitment, proof);
    }

    // Cells.

    function test_constructor_refusesKeysThatAcceptForgeries() external {
        bytes memory good = Trapdoor.encode(Trapdoor.key(CELL_KEY));
        Trapdoor.Key memory bad = Trapdoor.key(CELL_KEY);
        bad.deltaPoint = Trapdoor.gamma();
        bytes memory forged = Trapdoor.encode(bad);
        vm.expectRevert(VerificationKeys.DeltaIsGamma.selector);
        new Exits(frozen, programs, forged, good);
        vm.expectRevert(VerificationKeys.DeltaIsGamma.selector);
        new Exits(frozen, programs, good, forged);
        assertEq(exits.cellProgramId(), programIdOf(CELL_KEY));
        assertEq(exits.settlementProgramId(), programIdOf(SETTLEMENT_KEY));
        assertEq(exits.rollup(), address(frozen));
    }

    function test_exitDomain_isTheRollups() external view {
        bytes32 domain = keccak256("Catalyze/1/exit-domain");
        assertEq(exits.exitDomain(), uint256(keccak256(abi.encode(domain, block.chainid, address(frozen)))) >> 8);
    }

    function test_exitCell_paysAnAccountsOwnerOnce() external {
        uint256 before = _balance(ALICE);
        vm.expectEmit(true, true, true, true, address(exits));
        emit IExits.CellExited(5, 1, ALICE, 777);
        _exit(777, 5, 1, uint160(ALICE));
        assertEq(_balance(ALICE), before + 777);
        assertTrue(exits.isExited(5));
        _exit(777, 5, 1, uint160(ALICE), abi.encodeWithSelector(IExits.CellAlreadyExited.selector, 5));
        // Whatever else a proof says of the same cell.
        _exit(1, 5, 2, SEED_ID, abi.encodeWithSelector(IExits.CellAlreadyExited.selector, 5));
        assertEq(_balance(address(frozen)), HELD - 777);
    }

    function test_exitCell_paysAVaultToTheSeedsSplitter() external {
        _exit(4_000, 6, 2, SEED_ID);
        assertEq(_balance(SPLITTER), 4_000);
    }

    function test_exitCell_paysNothingForAnEmptyBalance() external {
        frozen.setSplitter(8, address(0));
        _exit(0, 6, 2, 8);
        assertTrue(exits.isExited(6));
        assertEq(_balance(address(frozen)), HELD);
    }

    function test_exitCell_paysAnEscrowSevenDaysLater() external {
        bytes memory locked = abi.encodeWithSelector(IExits.EscrowLocked.selector, NOW + 7 days);
        _exit(10_000, ORDER, 3, uint160(CAROL), locked);
        vm.warp(NOW + 7 days - 1);
        _exit(10_000, ORDER, 3, uint160(CAROL), locked);
        vm.warp(NOW + 7 days);
        _exit(10_000, ORDER, 3, uint160(CAROL));
        assertEq(_balance(CAROL), 10_000);
    }

    function test_exitCell_revertsIfNotFrozen() external {
        frozen.freeze(0);
        _exit(777, 5, 1, uint160(ALICE), abi.encodeWithSelector(IExits.RollupNotFrozen.selector));
        _pay(_payment(0), abi.encodeWithSelector(IExits.RollupNotFrozen.selector));
    }

    function test_exitCell_revertsIfRootOrDomainDiffers() external {
        uint256 cell = Schema.packExitCell(777, 5, 1);
        uint256 domain = exits.exitDomain();
        bytes memory refused = abi.encodeWithSelector(IExits.StateRootMismatch.selector, ROOT, ROOT + 1);
        _exitWords(ROOT + 1, domain, cell, uint160(ALICE), refused);
        refused = abi.encodeWithSelector(IExits.ExitDomainMismatch.selector, domain, domain ^ 1);
        _exitWords(ROOT, domain ^ 1, cell, uint160(ALICE), refused);
    }

    function test_exitCell_revertsIfAnyWordTampered() external {
        uint256 cell = Schema.packExitCell(777, 5, 1);
        (uint256[] memory vector, bytes memory words) = cellWords(ROOT, exits.exitDomain(), cell, uint160(ALICE));
        (uint256 commitment, uint256[8] memory proof) = exitProof(CELL_KEY, vector, words);
        uint256[5] memory lastBytes = [uint256(31), 62, 93, 124, 94];
        for (uint256 i = 0; i < 5; i++) {
            words[lastBytes[i]] ^= 0x01;
            vm.expectRevert(IExits.InvalidProof.selector);
            exits.exitCell(words, commitment, proof);
            words[lastBytes[i]] ^= 0x01;
        }
        vm.expectRevert(IExits.InvalidProof.selector);
        exits.exitCell(words, commitment ^ 1, proof);
        vm.expectRevert(abi.encodeWithSelector(PublicData.WordsLengthMismatch.selector, 125, 126));
        exits.exitCell(bytes.concat(words, hex"00"), commitment, proof);
        vm.expectRevert(abi.encodeWithSelector(PublicData.WordsLengthMismatch.selector, 250, 125));
        exits.payStatement(words, commitment, proof);
        exits.exitCell(words, commitment, proof);
    }

    function test_exitCell_revertsIfProofIsTheOtherCircuits() external {
        uint256 cell = Schema.packExitCell(777, 5, 1);
        (uint256[] memory vector, bytes memory words) = cellWords(ROOT, exits.exitDomain(), cell, uint160(ALICE));
        (uint256 commitment, uint256[8] memory proof) = exitProof(SETTLEMENT_KEY, vector, words);
        vm.expectRevert(IExits.InvalidProof.selector);
        exits.exitCell(words, commitment, proof);
    }

    function test_exitCell_revertsIfNotHeld() external {
        _exit(HELD + 1, 5, 1, uint160(ALICE), abi.encodeWithSelector(FrozenRollup.Insolvent.selector, HELD, HELD + 1));
        assertFalse(exits.isExited(5));
    }

    // Recorded statements.

    function test_payStatement_splitsAndLeavesTheRestToTheRequester() external {
        Payment memory p = _payment(3);
        _record(p.statement);
        uint256 before = _balance(BOB);
        uint256 supply = ctz.totalSupply();
        _pay(p, "");
        assertEq(_balance(BOB), before + 3_000);
        assertEq(_balance(CAROL), 350);
        assertEq(_balance(SPLITTER), 40);
        assertEq(_balance(POOL), 60);
        assertEq(ctz.totalSupply(), supply - 50 * UNIT);
        assertEq(ctz.balanceOf(address(exits)), 0);
        (uint256 amount, uint256 chunks) = exits.paidOf(ORDER);
        assertEq(amount, 3_500);
        assertEq(chunks, 8);
        // Escrow exits open, the rest goes to the requester, and everything that left is what the rollup no longer has.
        vm.warp(NOW + 8 days);
        _exit(10_000, ORDER, 3, uint160(ALICE));
        assertEq(_balance(address(frozen)), HELD - 10_000);
    }

    function test_payStatement_paysEachChunkOnce() external {
        Payment memory p = _payment(63);
        _record(p.statement);
        _pay(p, "");
        _pay(p, abi.encodeWithSelector(IExits.ChunkAlreadyPaid.selector, ORDER, 63));
        // Another statement about the same chunk.
        Payment memory other = _payment(62);
        other.chunk = 63;
        _record(other.statement);
        _pay(other, abi.encodeWithSelector(IExits.ChunkAlreadyPaid.selector, ORDER, 63));
        other.chunk = 62;
        _pay(other, "");
        (uint256 amount, uint256 chunks) = exits.paidOf(ORDER);
        assertEq(amount, 7_000);
        assertEq(chunks, 3 << 62);
    }

    function test_payStatement_revertsIfNotRecorded() external {
        Payment memory p = _payment(3);
        bytes memory refused =
            abi.encodeWithSelector(IExits.StatementNotRecorded.selector, p.statement.programId, p.statement.commitment);
        _pay(p, refused);
        _record(p.statement);
        // Recorded under another program.
        p.statement.programId = programIdOf(PROGRAM_1);
        _pay(
            p,
            abi.encodeWithSelector(IExits.StatementNotRecorded.selector, p.statement.programId, p.statement.commitment)
        );
    }

    function test_payStatement_revertsIfTheOrderHasLeft() external {
        Payment memory p = _payment(3);
        _record(p.statement);
        vm.warp(NOW + 7 days);
        _exit(10_000, ORDER, 3, uint160(ALICE));
        _pay(p, abi.encodeWithSelector(IExits.CellAlreadyExited.selector, ORDER));
    }

    function test_payStatement_revertsIfMoreThanTheEscrow() external {
        Payment memory p = _payment(3);
        p.escrow = 3_499;
        _record(p.statement);
        _pay(p, abi.encodeWithSelector(IExits.EscrowExceeded.selector, 3_499, 3_500));
        p.escrow = 3_500;
        _pay(p, "");
        Payment memory next = _payment(4);
        next.escrow = 3_500;
        _record(next.statement);
        _pay(next, abi.encodeWithSelector(IExits.EscrowExceeded.selector, 3_500, 7_000));
    }

    function test_payStatement_revertsIfRootOrDomainDiffers() external {
        Payment memory p = _payment(3);
        _record(p.statement);
        p.root++;
        _pay(p, abi.encodeWithSelector(IExits.StateRootMismatch.selector, ROOT, ROOT + 1));
        p.root--;
        p.domain ^= 1;
        _pay(p, abi.encodeWithSelector(IExits.ExitDomainMismatch.selector, p.domain ^ 1, p.domain));
    }

    function test_payStatement_revertsIfAnyWordTampered() external {
        Payment memory p = _payment(3);
        _record(p.statement);
        (uint256[] memory vector, bytes memory words) = paymentWords(p);
        (uint256 commitment, uint256[8] memory proof) = exitProof(SETTLEMENT_KEY, vector, words);
        for (uint256 i = 0; i < 8; i++) {
            uint256 last = i < 2 ? 32 * i + 31 : 64 + 31 * (i - 2) + 30;
            words[last] ^= 0x01;
            vm.expectRevert(IExits.InvalidProof.selector);
            exits.payStatement(words, commitment, proof);
            words[last] ^= 0x01;
        }
        exits.payStatement(words, commitment, proof);
    }

    /// @dev However payments and exits mix, an order never gives more than its escrow.
    function testFuzz_anOrderGivesExactlyItsEscrow(uint256 mask, uint256 escrow) external {
        escrow = bound(escrow, 0, 20_000);
        for (uint256 chunk = 0; chunk < 6; chunk++) {
            if ((mask >> chunk) & 1 == 0) continue;
            Payment memory p = _payment(chunk);
            p.escrow = escrow;
            _record(p.statement);
            (uint256 amount,) = exits.paidOf(ORDER);
            bool fits = amount + 3_500 <= escrow;
            _pay(p, fits ? bytes("") : abi.encodeWithSelector(IExits.EscrowExceeded.selector, escrow, amount + 3_500));
        }
        vm.warp(NOW + 7 days);
        _exit(escrow, ORDER, 3, uint160(ALICE));
        assertEq(_balance(address(frozen)), HELD - escrow);
    }
}
