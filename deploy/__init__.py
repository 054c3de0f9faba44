"""How the system is started: here without Docker (`local`), and from images (`compose.yaml`)."""
