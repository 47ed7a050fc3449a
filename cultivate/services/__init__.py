"""Every write: one verb, one function. Permission, scope, rule, audit, flush — never a commit."""
