//! Support for journeys: start the engine, the gateway and the sandbox on port 0.
