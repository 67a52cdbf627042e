"""What a long process needs: progress, a device, bounded memory, and a lock."""
