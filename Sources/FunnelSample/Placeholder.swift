// FunnelSample
