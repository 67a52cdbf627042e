"""Pages of accounts: signing in, one's own account, all accounts, who shares a study, the audit log."""
