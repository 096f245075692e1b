# What a developer runs. Each target is a script of the same name in scripts/; they install what is missing and say so.

.DEFAULT_GOAL := help
.PHONY: help test demo bench

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { sub(/%/, "NAME", $$1); printf "make %-11s %s\n", $$1, $$2 }' Makefile

test: ## Check format, lints and docs, then run all tests: Rust, the published client, a browser
	@scripts/test.sh

demo: ## Run the demo on a Postgres of its own (or DEMO_DATABASE_URL) until Ctrl-C
	@scripts/demo.sh

bench: ## Run all benches (some minutes)
	@scripts/bench.sh

bench-%: ## Run one bench, such as bench-ingest
	@scripts/bench.sh $*
