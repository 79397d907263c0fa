"""Microsoft Teams. Imported only where Teams is configured: botbuilder takes half a second."""
