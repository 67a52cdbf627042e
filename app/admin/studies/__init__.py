"""Pages of studies in the making: drafts, their check, and the pre-registration of an opened study."""
