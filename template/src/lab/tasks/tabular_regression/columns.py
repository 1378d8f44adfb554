"""What each column of the Ames table may hold: from De Cock's documentation of the data."""

QUALITY = "Poor, Fair, Typical, Good, Excellent"
BASEMENT = "No_Basement, Unf, LwQ, Rec, BLQ, ALQ, GLQ"
NEAR = "Norm, Artery, Feedr, PosA, PosN, RRAe, RRAn, RRNe, RRNn"
WALLS = (
    "AsbShng, AsphShn, BrkFace, CBlock, HdBoard, ImStucc, MetalSd, Plywood, PreCast, Stone, Stucco, VinylSd, Wd Sdng"
)

CATEGORIES = {
    "MS_SubClass": "Duplex_All_Styles_and_Ages, One_Story_1945_and_Older, One_Story_1946_and_Newer_All_Styles, "
    "One_Story_PUD_1946_and_Newer, One_Story_with_Finished_Attic_All_Ages, One_and_Half_Story_Finished_All_Ages, "
    "One_and_Half_Story_PUD_All_Ages, One_and_Half_Story_Unfinished_All_Ages, PUD_Multilevel_Split_Level_Foyer, "
    "Split_Foyer, Split_or_Multilevel, Two_Family_conversion_All_Styles_and_Ages, Two_Story_1945_and_Older, "
    "Two_Story_1946_and_Newer, Two_Story_PUD_1946_and_Newer, Two_and_Half_Story_All_Ages",
    "MS_Zoning": "A_agr, C_all, Floating_Village_Residential, I_all, Residential_High_Density, "
    "Residential_Low_Density, Residential_Medium_Density",
    "Street": "Grvl, Pave",
    "Alley": "No_Alley_Access, Gravel, Paved",
    "Lot_Shape": "Regular, Slightly_Irregular, Moderately_Irregular, Irregular",
    "Land_Contour": "Lvl, Bnk, HLS, Low",
    "Utilities": "AllPub, NoSeWa, NoSewr",
    "Lot_Config": "Inside, Corner, CulDSac, FR2, FR3",
    "Land_Slope": "Gtl, Mod, Sev",
    "Neighborhood": "Bloomington_Heights, Blueste, Briardale, Brookside, Clear_Creek, College_Creek, Crawford, "
    "Edwards, Gilbert, Green_Hills, Greens, Iowa_DOT_and_Rail_Road, Landmark, Meadow_Village, Mitchell, North_Ames, "
    "Northpark_Villa, Northridge, Northridge_Heights, Northwest_Ames, Old_Town, Sawyer, Sawyer_West, Somerset, "
    "South_and_West_of_Iowa_State_University, Stone_Brook, Timberland, Veenker",
    "Condition_1": NEAR,
    "Condition_2": NEAR,
    "Bldg_Type": "OneFam, TwoFmCon, Duplex, Twnhs, TwnhsE",
    "House_Style": "One_Story, One_and_Half_Fin, One_and_Half_Unf, Two_Story, Two_and_Half_Fin, Two_and_Half_Unf, "
    "SFoyer, SLvl",
    "Overall_Cond": "Very_Poor, Poor, Fair, Below_Average, Average, Above_Average, Good, Very_Good, Excellent",
    "Roof_Style": "Flat, Gable, Gambrel, Hip, Mansard, Shed",
    "Roof_Matl": "ClyTile, CompShg, Membran, Metal, Roll, Tar&Grv, WdShake, WdShngl",
    "Exterior_1st": f"{WALLS}, BrkComm, CemntBd, WdShing",
    "Exterior_2nd": f"{WALLS}, Brk Cmn, CmentBd, Wd Shng, Other",
    "Mas_Vnr_Type": "None, BrkCmn, BrkFace, CBlock, Stone",
    "Exter_Cond": QUALITY,
    "Foundation": "BrkTil, CBlock, PConc, Slab, Stone, Wood",
    "Bsmt_Cond": f"No_Basement, {QUALITY}",
    "Bsmt_Exposure": "No_Basement, No, Mn, Av, Gd",
    "BsmtFin_Type_1": BASEMENT,
    "BsmtFin_Type_2": BASEMENT,
    "Heating": "Floor, GasA, GasW, Grav, OthW, Wall",
    "Heating_QC": QUALITY,
    "Central_Air": "N, Y",
    "Electrical": "FuseA, FuseF, FuseP, Mix, SBrkr, Unknown",
    "Functional": "Typ, Min1, Min2, Mod, Maj1, Maj2, Sev, Sal",
    "Garage_Type": "No_Garage, Attchd, Basment, BuiltIn, CarPort, Detchd, More_Than_Two_Types",
    "Garage_Finish": "No_Garage, Unf, RFn, Fin",
    "Garage_Cond": f"No_Garage, {QUALITY}",
    "Paved_Drive": "Paved, Partial_Pavement, Dirt_Gravel",
    "Pool_QC": f"No_Pool, {QUALITY}",
    "Fence": "No_Fence, Good_Privacy, Minimum_Privacy, Good_Wood, Minimum_Wood_Wire",
    "Misc_Feature": "None, Elev, Gar2, Othr, Shed, TenC",
    "Sale_Type": "WD, CWD, VWD, New, COD, Con, ConLw, ConLI, ConLD, Oth",
    "Sale_Condition": "Normal, Abnorml, AdjLand, Alloca, Family, Partial",
}
"""The categories of each column of texts, separated by commas."""

FEW = (0, 15)
YEAR = (1850, 2010)
FLOOR = (0, 7_000)

RANGES = {
    "Lot_Frontage": (0, 500),  # feet; areas are in square feet
    "Lot_Area": (1_000, 250_000),
    "Year_Built": YEAR,
    "Year_Remod_Add": YEAR,
    "Mas_Vnr_Area": (0, 2_000),
    "BsmtFin_SF_1": FLOOR,
    "BsmtFin_SF_2": FLOOR,
    "Bsmt_Unf_SF": FLOOR,
    "Total_Bsmt_SF": FLOOR,
    "First_Flr_SF": (300, 7_000),
    "Second_Flr_SF": FLOOR,
    "Gr_Liv_Area": (300, 7_000),
    "Bsmt_Full_Bath": FEW,
    "Bsmt_Half_Bath": FEW,
    "Full_Bath": FEW,
    "Half_Bath": FEW,
    "Bedroom_AbvGr": FEW,
    "Kitchen_AbvGr": FEW,
    "TotRms_AbvGrd": FEW,
    "Fireplaces": FEW,
    "Garage_Cars": FEW,
    "Garage_Area": FLOOR,
    "Wood_Deck_SF": FLOOR,
    "Open_Porch_SF": FLOOR,
    "Enclosed_Porch": FLOOR,
    "Three_season_porch": FLOOR,
    "Screen_Porch": FLOOR,
    "Pool_Area": FLOOR,
    "Misc_Val": (0, 20_000),  # USD
    "Mo_Sold": (1, 12),
    "Year_Sold": (2006, 2010),
    "Longitude": (-93.75, -93.50),
    "Latitude": (41.95, 42.10),
    "Sale_Price": (10_000, 1_000_000),  # USD
}
"""The lowest and the highest value that each column of numbers may have."""
