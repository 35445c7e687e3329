// FunnelBinder
