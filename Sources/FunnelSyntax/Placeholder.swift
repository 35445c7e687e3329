// FunnelSyntax
