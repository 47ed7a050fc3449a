"""Pure rules: no Flask, no SQL, no clock. Where a wrong answer would hurt a firm."""
