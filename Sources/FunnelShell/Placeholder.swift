// FunnelShell
