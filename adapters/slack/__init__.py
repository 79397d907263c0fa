"""Slack as a channel: commands, mentions, the assistant pane, buttons, modals, the home tab."""
