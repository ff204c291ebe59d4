// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BabyJubJub} from "../src/curve/BabyJubJub.sol";
import {Test} from "./support/Test.sol";
import {BabyJubJubVectors} from "./vectors/BabyJubJubVectors.sol";

contract BabyJubJubTest is Test {
    function test_isOnCurve_acceptsPointsOfTheCurve() external pure {
        uint256[2][4] memory keys = BabyJubJubVectors.keys();
        for (uint256 i = 0; i < keys.length; i++) {
            assertTrue(BabyJubJub.isOnCurve(keys[i][0], keys[i][1]));
            assertFalse(BabyJubJub.isOfSmallOrder(keys[i][0], keys[i][1]));
        }
    }

    function test_isOnCurve_rejectsChangedAndUnreducedCoordinates() external pure {
        uint256[2][4] memory keys = BabyJubJubVectors.keys();
        for (uint256 i = 0; i < keys.length; i++) {
            (uint256 x, uint256 y) = (keys[i][0], keys[i][1]);
            assertFalse(BabyJubJub.isOnCurve(x + 1, y));
            assertFalse(BabyJubJub.isOnCurve(x, y + 1));
            assertFalse(BabyJubJub.isOnCurve(x + BabyJubJub.P, y));
            assertFalse(BabyJubJub.isOnCurve(x, y + BabyJubJub.P));
        }
        assertFalse(BabyJubJub.isOnCurve(0, 0));
    }

    function test_isOfSmallOrder_findsAllEightPoints() external pure {
        uint256[2][8] memory points = BabyJubJubVectors.smallOrder();
        for (uint256 i = 0; i < points.length; i++) {
            assertTrue(BabyJubJub.isOnCurve(points[i][0], points[i][1]));
            assertTrue(BabyJubJub.isOfSmallOrder(points[i][0], points[i][1]));
            for (uint256 j = 0; j < i; j++) {
                assertFalse(points[i][0] == points[j][0] && points[i][1] == points[j][1]);
            }
        }
    }

    function test_isOfSmallOrder_acceptsMixedOrder() external pure {
        uint256[2][2] memory points = BabyJubJubVectors.mixedOrder();
        for (uint256 i = 0; i < points.length; i++) {
            assertTrue(BabyJubJub.isOnCurve(points[i][0], points[i][1]));
            assertFalse(BabyJubJub.isOfSmallOrder(points[i][0], points[i][1]));
        }
    }

    function testFuzz_isOnCurve_rejectsRandomPoints(uint256 x, uint256 y) external pure {
        // A random pair is on the curve with probability below 2^-250.
        assertFalse(BabyJubJub.isOnCurve(x, y));
    }
}
