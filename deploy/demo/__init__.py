"""The whole programme, played from outside: as a web frontend, staff, firms and candidates would."""
