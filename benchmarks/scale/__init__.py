"""How do the staff's pages stand with a hundred thousand submissions in the table?"""
