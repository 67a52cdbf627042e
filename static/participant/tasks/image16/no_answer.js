/** What is stored where nobody answered in time; the server follows the same rule (synthesis/common/names.py). */
export const NO_ANSWER = "na";
