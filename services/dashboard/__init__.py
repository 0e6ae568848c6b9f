"""The organiser's dashboard: Streamlit pages that speak to the API and to nothing else."""
