"""What is kept, and where? Postgres through asyncpg, one module per aggregate."""
