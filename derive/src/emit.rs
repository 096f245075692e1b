//! The code that the derive adds.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Model;

/// The implementation of `Syncable` for a model.
pub(crate) fn emit(model: &Model<'_>) -> TokenStream {
    let Model { name, generics, table, columns, filter, is_full } = model;
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let names = columns.iter().map(|column| quote!(<#table::#column as ::diesel_electric::__private::Column>::NAME));
    let filter = filter.iter().map(|filter| quote!(.filter(#filter)));
    let replica = is_full.then(|| quote!(.replica(::diesel_electric::ReplicaMode::Full)));
    quote! {
        #[automatically_derived]
        impl #parameters ::diesel_electric::Syncable for #name #arguments #bounds {
            type Table = #table::table;

            fn shape() -> ::diesel_electric::TypedShape<Self> {
                ::diesel_electric::__private::model::<Self>(&[#(#names),*])
                    #(#filter)*
                    #replica
            }
        }
    }
}
