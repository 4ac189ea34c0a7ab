"""Live sales tax: a tax service's rate for a place, where our tables know only the state's."""
