"""What installs and runs the system: database roles and schema, and a local stack's parts."""
