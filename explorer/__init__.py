"""The web app's own parts: state, controls, input, export."""
